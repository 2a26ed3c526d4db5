"""upload: it goes on after every break, also its own end, and never glues two files together."""

import os
import wave

from proxy import Proxy
from stage import SPEECH, read

MIB = 1 << 20
STALL_AT = 3 * MIB
LONG_BYTES = 8 * MIB


def long_speech(stage, name="long.wav", first=0, byte_count=LONG_BYTES):
    """A WAV of all the speech there is, again and again."""
    frames = b""
    for path in SPEECH[first:] + SPEECH[:first]:
        with wave.open(path) as speech:
            form = speech.getparams()
            frames += speech.readframes(form.nframes)
    path = stage.path(name)
    with wave.open(path, "wb") as file:
        file.setparams(form)
        file.writeframes(frames * (byte_count // len(frames) + 1))
    return path


def through(stage, proxy):
    return {**stage.env, "TAPEDECK_SERVER": proxy.url}


def answer(status, *fields):
    head = [f"HTTP/1.1 {status}", "Content-Length: 0", "Connection: close", *fields]
    return "\r\n".join([*head, "", ""]).encode()


def a_killed_upload_goes_on_where_it_was(stage):
    stage.serve()
    stage.add_user()
    path = long_speech(stage)
    size = os.path.getsize(path)
    with Proxy(stage.port) as proxy:
        proxy.stall_at = STALL_AT
        first = stage.start("upload", path, env=through(stage, proxy))
        proxy.wait_until_stalled()
        first.kill()
        passed = proxy.taken
        proxy.go_on()
        second = stage.json("upload", path, env=through(stage, proxy))
        assert proxy.taken - passed < size - STALL_AT + MIB, (proxy.taken, passed, size)
    assert second["sent_bytes"] < size - STALL_AT + MIB and not second["replayed"], second
    assert stage.only_recording()["id"] == second["id"]
    assert stage.audio(second["id"]) == read(path)


def a_server_that_is_killed_and_started_again_gets_the_rest(stage):
    stage.serve()
    stage.add_user()
    path = long_speech(stage)
    with Proxy(stage.port) as proxy:
        proxy.stall_at = STALL_AT
        upload = stage.start("upload", path, "--json", env=through(stage, proxy))
        proxy.wait_until_stalled()
        stage.kill()
        proxy.go_on()
        upload.note("Trying again")
        stage.serve()
        upload.end()
    assert stage.audio(stage.only_recording()["id"]) == read(path)


def a_connection_that_is_cut_again_and_again_brings_all_of_it(stage):
    stage.serve()
    stage.add_user()
    path = long_speech(stage)
    with Proxy(stage.port) as proxy:
        proxy.cut_after = 2 * MIB
        done = stage.run("upload", path, env=through(stage, proxy))
        assert proxy.cuts >= LONG_BYTES // proxy.cut_after, proxy.cuts
        assert done.stderr.count("Trying again") >= proxy.cuts - 1, done.stderr
        assert proxy.taken < 2 * LONG_BYTES, proxy.taken
    assert stage.audio(stage.only_recording()["id"]) == read(path)


def a_busy_server_is_asked_again_when_it_says(stage):
    stage.serve()
    stage.add_user()
    with Proxy(stage.port) as proxy:
        proxy.answers = [
            answer("503 Service Unavailable", "Retry-After: 1"),
            answer("429 Too Many Requests", "Retry-After: 1"),
            answer("423 Locked"),
            answer("502 Bad Gateway"),
        ]
        done = stage.run("upload", SPEECH[0], env=through(stage, proxy))
        assert not proxy.answers
    assert done.stderr.count("Trying again") == 4, done.stderr
    assert done.stderr.count("Trying again in 1.0 s") >= 2, done.stderr
    assert stage.audio(stage.only_recording()["id"]) == read(SPEECH[0])


def what_the_server_refuses_is_not_tried_again(stage):
    stage.serve()
    stage.add_user()
    env = {**stage.env, "TAPEDECK_TOKEN": "td_p_nonsense"}
    said = stage.run("upload", SPEECH[0], env=env, code=1).stderr
    assert "Trying again" not in said and SPEECH[0] in said, said
    empty = stage.path("empty.wav")
    open(empty, "w").close()
    assert "empty" in stage.run("upload", empty, code=1).stderr


def a_server_that_stays_away_is_given_up(stage):
    stage.add_user()
    said = stage.run("upload", SPEECH[0], "--wait", "1s", code=1).stderr
    assert "Trying again" in said and f"tapedeck: {SPEECH[0]}:" in said, said


def a_file_that_changes_while_it_is_sent_is_not_kept(stage):
    stage.serve()
    stage.add_user()
    path = long_speech(stage)
    with Proxy(stage.port) as proxy:
        proxy.stall_at = STALL_AT
        upload = stage.start("upload", path, env=through(stage, proxy))
        proxy.wait_until_stalled()
        with open(path, "r+b") as file:
            file.seek(-2, os.SEEK_END)
            last = file.read(2)
            file.seek(-2, os.SEEK_END)
            file.write(bytes([last[0] ^ 1, last[1]]))
        proxy.go_on()
        upload.end(code=1)
    assert "changed while it was sent" in upload.said(), upload.said()
    assert stage.recordings() == []
    again = stage.json("upload", path)
    assert stage.audio(again["id"]) == read(path)


def a_file_that_changed_after_a_kill_is_another_recording(stage):
    stage.serve()
    stage.add_user()
    path = long_speech(stage)
    with Proxy(stage.port) as proxy:
        proxy.stall_at = STALL_AT
        first = stage.start("upload", path, env=through(stage, proxy))
        proxy.wait_until_stalled()
        first.kill()
    os.replace(long_speech(stage, "other.wav", first=1), path)
    second = stage.json("upload", path)
    assert second["sent_bytes"] == os.path.getsize(path), second
    assert stage.audio(second["id"]) == read(path)
    assert len(stage.recordings()) == 2


def one_that_was_trashed_half_way_is_begun_anew(stage):
    stage.serve()
    stage.add_user()
    path = long_speech(stage)
    with Proxy(stage.port) as proxy:
        proxy.stall_at = STALL_AT
        first = stage.start("upload", path, env=through(stage, proxy))
        proxy.wait_until_stalled()
        first.kill()
    trashed = stage.only_recording()["id"]
    stage.run("rm", trashed)
    second = stage.json("upload", path)
    assert second["id"] != trashed and second["sent_bytes"] >= os.path.getsize(path), second
    assert stage.audio(second["id"]) == read(path)
    assert stage.json("upload", path)["id"] == second["id"]


def a_pipe_is_sent_as_it_comes(stage):
    stage.serve()
    stage.add_user()
    pipe = stage.path("pipe")
    os.mkfifo(pipe)
    upload = stage.start("upload", pipe, "--name", "pipe.wav")
    with open(pipe, "wb") as writer:
        writer.write(read(SPEECH[0]))
    upload.end()
    recording = stage.only_recording()
    assert recording["file_name"] == "pipe.wav"
    assert stage.audio(recording["id"]) == read(SPEECH[0])


def again_stores_it_once_more(stage):
    stage.serve()
    stage.add_user()
    first = stage.json("upload", SPEECH[0])
    second = stage.json("upload", SPEECH[0], "--again")
    assert first["id"] != second["id"] and not second["replayed"]
    assert first["sent_bytes"] == second["sent_bytes"] == os.path.getsize(SPEECH[0])
    replay = stage.run("upload", SPEECH[0])
    assert "was there already" in replay.stderr and first["id"] in replay.stdout


def a_token_that_may_only_capture_can_upload(stage):
    stage.serve()
    stage.add_user()
    token = stage.json("token", "add", "device", "--user", "ada", "--scope", "capture")["token"]
    made = stage.json("upload", SPEECH[0], env={**stage.env, "TAPEDECK_TOKEN": token})
    assert stage.audio(made["id"]) == read(SPEECH[0])


def one_file_that_fails_does_not_stop_the_others(stage):
    stage.serve()
    stage.add_user()
    done = stage.run("upload", stage.path("absent.wav"), SPEECH[0], SPEECH[1], code=1)
    assert "absent.wav" in done.stderr and len(done.stdout.splitlines()) == 2, done
    assert len(stage.recordings()) == 2
