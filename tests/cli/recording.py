"""record: live from a pipe or a microphone, whatever becomes of the server or of itself."""

import json
import os
import random
import signal
import sys
import time
import wave

from proxy import Proxy
from stage import SPEECH, read

SOUND = read(SPEECH[0])
HALF = len(SOUND) // 2
BYTES_A_SECOND = 32_000  # of this speech
SAFE_SECONDS_MAX = 10  # generous: the machine may be busy

# Stands where a microphone would: hands out a WAV's samples in real time until it is told to end.
ARECORD = """#!{python}
import signal, sys, time
stopped = []
signal.signal(signal.SIGINT, lambda *_: stopped.append(1))
assert "--file-type=raw" in sys.argv and "--format=S16_LE" in sys.argv, sys.argv
assert "--device=hw:7" in sys.argv and "--rate=16000" in sys.argv, sys.argv
sound = open({wav!r}, "rb").read()[44:]
for at in range(0, len(sound), 3200):
    if stopped:
        break
    sys.stdout.buffer.write(sound[at : at + 3200])
    sys.stdout.buffer.flush()
    time.sleep(0.1)
sys.exit(1)  # as arecord does when it is interrupted
"""


def record(stage, *arguments, env=None):
    command = stage.start("record", "-", "--json", *arguments, env=env)
    command.event("started")
    return command


def is_safe(byte_count):
    return lambda event: event["safe_bytes"] >= byte_count


def with_tools(stage, **scripts):
    """An environment whose only programs are these."""
    folder = stage.path("tools")
    os.makedirs(folder)
    for name, text in scripts.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
        os.chmod(file.name, 0o755)
    return {**stage.env, "PATH": folder}


def what_is_piped_in_is_safe_while_it_comes(stage):
    stage.serve()
    stage.add_user()
    command = record(stage, "--title", "Live", "--tag", "book", "--name", "live.wav")
    command.feed(SOUND[:HALF])
    fed_at = time.monotonic()
    command.event("progress", is_safe(HALF))
    assert time.monotonic() - fed_at < SAFE_SECONDS_MAX
    live = stage.only_recording()
    assert live["state"] == "recording" and live["id"] == command.event("begun")["id"], live
    command.feed(SOUND[HALF:])
    command.end()
    recording = command.event("finished")["recording"]
    assert recording["state"] == "ready" and recording["size"] == len(SOUND), recording
    assert (recording["title"], recording["tags"]) == ("Live", ["book"])
    assert recording["file_name"] == "live.wav"
    assert stage.audio(recording["id"]) == SOUND
    assert os.listdir(stage.path("state", "tapedeck", "spool")) == []


def the_lines_of_json_tell_how_it_goes(stage):
    stage.serve()
    stage.add_user()
    command = record(stage)
    step = BYTES_A_SECOND  # at four times the speed of the speaker
    for begin in range(0, len(SOUND), step):
        command.feed(SOUND[begin : begin + step])
        time.sleep(0.25)
    command.end()
    events = command.events()
    names = [event["event"] for event in events]
    assert names[0] == "started" and names[-1] == "finished" and "begun" in names, names
    lines = command.events("progress")
    assert lines, names
    for line in lines:
        assert set(line) == {
            "event", "seconds", "bytes", "safe_bytes", "safe_seconds", "peak_dbfs", "waiting",
        }
        assert line["safe_bytes"] <= line["bytes"] <= len(SOUND)
        assert abs(line["seconds"] - (line["bytes"] - 44) / BYTES_A_SECOND) < 0.01, line
        assert -99 <= line["peak_dbfs"] <= 0 and line["waiting"] is False, line
    assert max(line["peak_dbfs"] for line in lines) > -30, lines
    for name in ("bytes", "safe_bytes", "safe_seconds"):
        values = [line[name] for line in lines]
        assert values == sorted(values), values


def sound_that_is_no_wav_has_no_level(stage):
    stage.serve()
    stage.add_user()
    command = record(stage)
    command.feed(b"OggS, or so it says")
    line = command.event("progress", is_safe(1))
    assert line["peak_dbfs"] is None and line["safe_seconds"] is None, line
    command.end()
    assert stage.audio(command.event("finished")["recording"]["id"]) == b"OggS, or so it says"


def a_person_sees_the_recording_and_its_place(stage):
    stage.serve()
    stage.add_user()
    command = stage.start("record", "-")
    command.feed(SOUND)
    command.end()
    (line,) = command.lines
    recording = stage.only_recording()
    assert line.startswith(recording["id"]) and stage.url in line, line
    assert recording["size"] == len(SOUND)


def a_server_that_is_killed_gets_the_rest_when_it_is_back(stage):
    stage.serve()
    stage.add_user()
    command = record(stage)
    command.feed(SOUND[:HALF])
    command.event("progress", is_safe(HALF))
    stage.kill()
    command.feed(SOUND[HALF:])
    line = command.event("progress", lambda event: event["waiting"])
    assert line["safe_bytes"] == HALF and command.event("waiting")["reason"], line
    stage.serve()
    command.event("progress", is_safe(len(SOUND)))
    command.end()
    recording = command.event("finished")["recording"]
    assert recording["id"] == command.event("begun")["id"]
    assert stage.audio(recording["id"]) == SOUND
    assert stage.only_recording()["recovered"] is False


def a_bad_line_loses_nothing(stage):
    stage.serve()
    stage.add_user()
    with Proxy(stage.port) as proxy:
        proxy.cut_after = 48 * 1024
        command = record(stage, env={**stage.env, "TAPEDECK_SERVER": proxy.url})
        for begin in range(0, len(SOUND), HALF // 4):
            command.feed(SOUND[begin : begin + HALF // 4])
            time.sleep(0.2)
        command.end()
        assert proxy.cuts >= len(SOUND) // proxy.cut_after, proxy.cuts
    recording = command.event("finished")["recording"]
    assert stage.audio(recording["id"]) == SOUND


def what_no_server_took_is_kept_and_sent_later(stage):
    stage.add_user()
    command = record(stage, "--wait", "1s", "--title", "Offline")
    command.feed(SOUND)
    command.end(code=1)
    kept = command.event("kept")
    assert read(kept["spool"]) == SOUND and kept["reason"], kept
    assert f"tapedeck upload {kept['spool']}" in command.said(), command.said()
    stage.serve()
    told = record(stage)
    assert kept["spool"] in told.note("tapedeck upload"), told.said()
    told.feed(SOUND[:HALF])
    told.end()
    sent = stage.json("upload", kept["spool"])
    assert sent["title"] == "Offline" and stage.audio(sent["id"]) == SOUND
    assert not os.path.exists(kept["spool"])
    assert len(stage.recordings()) == 2


def a_refused_recording_is_kept(stage):
    stage.serve()
    stage.add_user()
    env = {**stage.env, "TAPEDECK_TOKEN": "td_p_nonsense"}
    command = record(stage, env=env)
    command.feed(SOUND[:HALF])
    command.event("refused")
    command.feed(SOUND[HALF:])
    command.end(code=1)
    kept = command.event("kept")["spool"]
    sent = stage.json("upload", kept)
    assert stage.audio(sent["id"]) == SOUND


def pulling_the_plug_loses_nothing_that_was_said_to_be_safe(stage):
    """Real time: the process is killed at a random second; later its spool brings the rest."""
    chance = random.Random()
    seed = chance.getrandbits(32)
    chance.seed(seed)
    seconds = chance.uniform(1.5, 5)
    stage.serve("--finish-minutes", "0")
    stage.add_user()
    command = record(stage)
    ends_at = time.monotonic() + seconds
    fed = 0
    while time.monotonic() < ends_at:
        command.feed(SOUND[fed : fed + BYTES_A_SECOND // 10])
        fed = min(len(SOUND), fed + BYTES_A_SECOND // 10)
        time.sleep(0.1)
    command.event("begun")
    command.kill()
    lines = command.events("progress")
    safe = lines[-1]["safe_bytes"] if lines else 0

    recovered = stage.recovered_recording()
    heard = stage.audio(recovered["id"])
    assert len(heard) >= safe and SOUND.startswith(heard), (seed, safe, len(heard))

    spool = command.event("started")["spool"]
    rest = stage.json("upload", spool)
    assert rest["id"] == recovered["id"] and not rest["recovered"], (seed, rest)
    assert rest["sent_bytes"] == rest["size"] - len(heard), (seed, rest)
    assert rest["size"] >= len(heard) and stage.audio(rest["id"]) == SOUND[: rest["size"]]
    assert not os.path.exists(spool)


def a_spool_that_is_recorded_into_is_not_sent_by_another(stage):
    stage.serve()
    stage.add_user()
    command = record(stage)
    command.feed(SOUND[:HALF])
    spool = command.event("started")["spool"]
    command.event("progress", is_safe(HALF))
    assert "in use" in stage.run("upload", spool, code=1).stderr
    command.end()


def interrupting_it_ends_a_recording_from_the_microphone(stage):
    stage.serve()
    stage.add_user()
    env = with_tools(stage, arecord=ARECORD.format(python=sys.executable, wav=SPEECH[0]))
    command = stage.start("record", "--json", "--device", "hw:7", "--rate", "16000", env=env)
    command.event("progress", is_safe(BYTES_A_SECOND))
    command.signal(signal.SIGINT).end()
    recording = command.event("finished")["recording"]
    assert recording["state"] == "ready" and recording["content_type"] == "audio/wav", recording
    heard = stage.audio(recording["id"])
    assert heard[:4] == b"RIFF" and heard[44:] == SOUND[44 : len(heard)]
    assert len(heard) >= BYTES_A_SECOND


def a_microphone_that_fails_keeps_what_came(stage):
    stage.serve()
    stage.add_user()
    script = "#!/bin/sh\nprintf 0123456789\necho 'no such device' >&2\nexit 1\n"
    command = stage.start("record", "--json", env=with_tools(stage, arecord=script))
    command.end(code=1)
    assert stage.only_recording()["size"] == 54
    assert "no such device" in command.said() and "ended by itself" in command.said()


def without_a_tool_the_packages_are_named(stage):
    stage.add_user()
    said = stage.run("record", env=with_tools(stage), code=1).stderr
    for package in ("alsa-utils", "pulseaudio-utils", "pipewire-bin"):
        assert package in said, said


def other_tools_are_taken_where_they_are(stage):
    stage.serve()
    stage.add_user()
    script = "#!/bin/sh\nprintf .snd-is-its-own-head\n"
    command = stage.start("record", "--json", env=with_tools(stage, **{"pw-record": script}))
    command.end()
    recording = command.event("finished")["recording"]["id"]
    assert stage.audio(recording) == b".snd-is-its-own-head"


def nothing_piped_in_is_no_recording(stage):
    stage.serve()
    stage.add_user()
    said = stage.run("record", "-", code=1).stderr
    assert "No sound came" in said and stage.recordings() == []
    assert "upload FILE" in stage.run("record", SPEECH[0], code=2).stderr


def a_file_on_stdin_is_taken_too(stage):
    stage.serve()
    stage.add_user()
    with open(SPEECH[0], "rb") as file:
        done = stage.run("record", "-", "--json", stdin=file)
    recording = json.loads(done.stdout.splitlines()[-1])["recording"]
    assert stage.audio(recording["id"]) == SOUND
    with wave.open(stage.path("audio-" + recording["id"])) as heard:
        assert heard.getframerate() == BYTES_A_SECOND // 2
