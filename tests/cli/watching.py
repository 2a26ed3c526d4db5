"""watch: what appears in a folder is sent once, when it is finished, whatever happens."""

import os
import shutil
import signal
import time

from stage import SPEECH, read


def watch(stage, *arguments, env=None):
    os.makedirs(stage.path("memos"), exist_ok=True)
    command = stage.start("watch", "memos", "--settle", "1s", "--json", *arguments, env=env)
    command.event("watching")
    return command


def put(stage, name, source=SPEECH[0]):
    path = stage.path("memos", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copyfile(source, path)
    return path


def is_of(name):
    return lambda event: event["name"] == name


def names_sent(command):
    return [event["name"] for event in command.events("sent")]


def what_is_there_and_what_appears_is_sent_once(stage):
    stage.serve()
    stage.add_user()
    put(stage, "there.wav")
    first = watch(stage, "--tag", "memo")
    sent = first.event("sent", is_of("there.wav"))
    assert sent["recording"]["tags"] == ["memo"] and not sent["replayed"], sent
    put(stage, "sub/appears.wav", SPEECH[1])
    sent = first.event("sent", is_of("sub/appears.wav"))
    assert sent["recording"]["file_name"] == "appears.wav"
    assert stage.audio(sent["recording"]["id"]) == read(SPEECH[1])
    first.signal(signal.SIGTERM).end()
    assert [event["event"] for event in first.events()][-1] == "stopped"

    second = watch(stage, "--tag", "memo")
    put(stage, "later.wav", SPEECH[2])
    second.event("sent", is_of("later.wav"))
    second.signal(signal.SIGTERM).end()
    assert names_sent(second) == ["later.wav"], second.said()
    assert len(stage.recordings()) == 3


def a_slow_writer_is_waited_for(stage):
    stage.serve()
    stage.add_user()
    command = watch(stage)
    sound = read(SPEECH[0])
    piece = len(sound) // 8 + 1
    with open(stage.path("memos", "slow.wav"), "wb") as file:
        for begin in range(0, len(sound), piece):
            file.write(sound[begin : begin + piece])
            file.flush()
            time.sleep(0.3)
    sent = command.event("sent", is_of("slow.wav"))
    assert stage.audio(sent["recording"]["id"]) == sound
    assert len(stage.recordings()) == 1


def unfinished_and_hidden_files_are_left_alone(stage):
    stage.serve()
    stage.add_user()
    for name in (".hidden.wav", "a.wav.part", "b.tmp", "~c.wav", ".folder/d.wav"):
        put(stage, name)
    open(os.path.join(stage.path("memos"), "empty.wav"), "w").close()
    os.symlink(SPEECH[2], stage.path("memos", "link.wav"))
    command = watch(stage)
    put(stage, "z.wav", SPEECH[1])
    command.event("sent", is_of("z.wav"))
    os.rename(stage.path("memos", "a.wav.part"), stage.path("memos", "a.wav"))
    command.event("sent", is_of("a.wav"))
    assert names_sent(command) == ["z.wav", "a.wav"], command.said()


def a_file_that_changes_later_is_sent_again(stage):
    stage.serve()
    stage.add_user()
    command = watch(stage)
    path = put(stage, "memo.wav")
    first = command.event("sent")
    shutil.copyfile(SPEECH[1], path)
    second = command.event("sent", lambda e: e["recording"]["id"] != first["recording"]["id"])
    assert stage.audio(first["recording"]["id"]) == read(SPEECH[0])
    assert stage.audio(second["recording"]["id"]) == read(SPEECH[1])


def a_server_that_is_away_is_waited_for(stage):
    stage.add_user()
    put(stage, "memo.wav")
    command = watch(stage)
    waiting = command.event("waiting")
    assert waiting["name"] == "memo.wav" and waiting["reason"] and waiting["seconds"] > 0
    stage.serve()
    sent = command.event("sent")
    assert stage.audio(sent["recording"]["id"]) == read(SPEECH[0])
    stage.kill()
    put(stage, "second.wav", SPEECH[1])
    command.event("waiting", is_of("second.wav"))
    command.signal(signal.SIGTERM).end()


def a_killed_watch_sends_nothing_twice(stage):
    """Even when it could not write down what it had sent."""
    stage.serve()
    stage.add_user()
    put(stage, "memo.wav")
    first = watch(stage)
    first.event("sent")
    first.kill()
    shutil.rmtree(stage.path("state"))
    second = watch(stage)
    sent = second.event("sent")
    assert sent["replayed"] and sent["sent_bytes"] == 0, sent
    assert len(stage.recordings()) == 1


def only_what_is_new_when_asked(stage):
    stage.serve()
    stage.add_user()
    put(stage, "old.wav")
    first = watch(stage, "--new-only")
    assert first.event("watching")["skipped"] == 1
    put(stage, "new.wav", SPEECH[1])
    first.event("sent", is_of("new.wav"))
    first.signal(signal.SIGTERM).end()
    put(stage, "meanwhile.wav", SPEECH[2])
    second = watch(stage, "--new-only")
    second.event("sent", is_of("meanwhile.wav"))
    assert names_sent(first) + names_sent(second) == ["new.wav", "meanwhile.wav"]


def what_the_server_has_is_deleted_when_asked(stage):
    stage.serve()
    stage.add_user()
    path = put(stage, "memo.wav")
    command = watch(stage, "--delete")
    command.event("deleted", is_of("memo.wav"))
    assert not os.path.exists(path)
    assert stage.audio(command.event("sent")["recording"]["id"]) == read(SPEECH[0])


def what_cannot_be_compared_is_not_deleted(stage):
    stage.serve()
    stage.add_user()
    token = stage.json("token", "add", "box", "--user", "ada", "--scope", "capture")["token"]
    path = put(stage, "memo.wav")
    command = watch(stage, "--delete", env={**stage.env, "TAPEDECK_TOKEN": token})
    assert "not deleted" in command.event("failed", is_of("memo.wav"))["reason"]
    assert os.path.exists(path)
    assert stage.only_recording()["size"] == os.path.getsize(path)


def what_is_refused_does_not_stop_the_rest(stage):
    stage.serve("--recording-bytes-max", "200KiB")
    stage.add_user()
    sizes = {path: os.path.getsize(path) for path in SPEECH}
    big, small = max(sizes, key=sizes.get), min(sizes, key=sizes.get)
    put(stage, "a-big.wav", big)
    put(stage, "b-small.wav", small)
    command = watch(stage)
    command.event("sent", is_of("b-small.wav"))
    assert command.event("failed", is_of("a-big.wav"))["reason"]


def two_on_one_folder_are_one_too_many(stage):
    stage.serve()
    stage.add_user()
    watch(stage)
    assert "Another" in stage.run("watch", "memos", code=1).stderr
    assert "no folder" in stage.run("watch", "nowhere", code=2).stderr
