#!/usr/bin/env python3
"""`tapedeck copy` on the real program: copy_test.py PATH_OF_TAPEDECK [--cloud] [--recordings N]

From a data folder to another one, or with --cloud to the table and the bucket of the engines that
./test cloud has started; and back. Prints "N passed, N failed"; exits 1 when something failed.
"""

import argparse
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "operation"))
from memory import Client, HalfUpload, Memory, etags, listing  # noqa: E402
from original import FINDINGS, LOST, RECORDS, Deployment  # noqa: E402
from places import Cloud, Local  # noqa: E402
from stage import Stage  # noqa: E402

KILLS = 10
COPY_SECONDS = 1800
FEED_SECONDS = 62  # so long the feed of changes holds back all but a first page of what is new
SAMPLE = 300  # recordings that are played whole; `verify` reads the bytes of all


class Uploader(threading.Thread):
    """Goes on uploading to the source until it refuses."""

    def __init__(self, memory, port):
        super().__init__()
        self.memory, self.client = memory, Client(port, memory.token)
        self.failure = None
        self.uploaded = 0
        self.ends = threading.Event()

    def run(self):
        try:
            number = 1_000_000
            while not self.ends.is_set() and self.memory.upload(self.client, number):
                number += 1
                self.uploaded += 1
                time.sleep(0.01)
        except Exception as failure:  # told by the test's own thread
            self.failure = failure

    def stop(self):
        self.ends.set()
        self.join()
        assert self.failure is None, self.failure


def copy(stage, source, destination, *arguments, code=0):
    done = subprocess.run(
        [stage.program, "copy", "--from", source.file, "--to", destination.file, "--json",
         *arguments], cwd=stage.place, env=stage.env, capture_output=True, text=True,
        timeout=COPY_SECONDS)
    assert done.returncode == code, (arguments, done)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def start_copy(stage, source, destination):
    return subprocess.Popen(
        [stage.program, "copy", "--from", source.file, "--to", destination.file, "--json"],
        cwd=stage.place, env=stage.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill_at_random(stage, source, destination, seed):
    """How many runs were killed before their end."""
    moments = random.Random(seed)
    killed = 0
    longest = 0.2
    while killed < KILLS:
        run = start_copy(stage, source, destination)
        begun = time.monotonic()
        try:
            _, said = run.communicate(timeout=moments.uniform(0.02, longest))
            assert run.returncode == 0, said
            # It came to its end: shorter from now on, or there is nothing left to interrupt.
            longest = max(0.05, (time.monotonic() - begun) * 0.9)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            killed += 1
            longest = min(longest * 1.5, 20)
    return killed


def serve(stage, place):
    stage.data = place.data
    stage.serve("--config", place.file)


def everything_is_moved_and_moved_back(stage, options):
    source = Local(stage, "data")
    # What is a record of a volume here may be a file there.
    destination = (Cloud(stage, "moved") if options.cloud
                   else Local(stage, "moved", 'volume_blob_max = "1KiB"\n'))
    destination.prepare(stage)
    serve(stage, source)
    memory = Memory(stage.add_user())
    memory.fill(stage.port, options.recordings)
    client = Client(stage.port, memory.token)
    memory.remove(client, list(memory.sums)[:5], for_good=False)
    memory.remove(client, list(memory.sums)[:5], for_good=True)
    half = HalfUpload(client)
    played = next(iter(memory.sums))
    _, _, link = client.ask("POST", f"/api/v1/recordings/{played}/playback-urls")
    link = json.loads(link)["url"]

    uploader = Uploader(memory, stage.port)
    uploader.start()
    killed = kill_at_random(stage, source, destination, options.seed)
    refuses_to_serve(stage, destination)
    begun = time.monotonic()
    events, _ = copy(stage, source, destination, "--switch")
    taken = time.monotonic() - begun
    uploader.stop()
    assert memory.refusals == 1, "the uploader ended before the switch"
    assert events[-1]["event"] == "switched", events[-3:]

    # The source still reads, and takes nothing.
    status, headers, body = client.ask("POST", "/api/v1/recordings", b"too late")
    assert status == 503 and headers["Retry-After"], (status, body)
    assert json.loads(body)["type"] == "/problems/read-only", body
    wait_for_the_feed(options)
    before = everything_told(client)
    marks = etags(client, list(memory.sums)[:50])
    copy(stage, source, destination, "--verify")
    stage.stop()

    serve(stage, destination)
    moved = Client(stage.port, memory.token)
    must_be_same(everything_told(moved), before, options)
    assert etags(moved, marks) == marks
    memory.check_bytes(moved, SAMPLE)
    path = link[link.index("/api/v1/"):] if "/api/v1/" in link else link
    status, _, _ = stage.ask("GET", path)
    assert status == 200, (link, status)
    half.finish(moved)
    memory.fill(stage.port, 20)
    wait_for_the_feed(options)
    before = everything_told(moved)
    stage.stop()

    # And back, onto what was left there.
    copy(stage, destination, source, "--switch")
    copy(stage, destination, source, "--verify")
    serve(stage, source)
    back = Client(stage.port, memory.token)
    must_be_same(everything_told(back), before, options)
    memory.check_bytes(back, SAMPLE)
    assert memory.upload(back, 5)
    print(f"counts: {len(memory.sums)} recordings, {uploader.uploaded} of them uploaded meanwhile, "
          f"{killed} copiers killed; the last run took {taken:.1f} s")


def waits_for_the_feed(options):
    """To compare all of it; a short run compares what both were told so far."""
    return options.recordings >= 10_000


def wait_for_the_feed(options):
    if waits_for_the_feed(options):
        time.sleep(FEED_SECONDS)


def everything_told(client):
    changes, cursor, more = {}, "", True
    while more:
        status, _, answer = client.ask("GET", "/api/v1/recordings/changes?limit=200"
                                       + (f"&since={cursor}" if cursor else ""))
        assert status == 200, answer
        page = json.loads(answer)
        for item in page["items"]:  # they may repeat
            changes[item["id"]] = steady(item.pop("recording", {})) | item
        cursor, more = page["next_cursor"], page["more"]
    _, _, me = client.ask("GET", "/api/v1/users/me")
    _, _, tokens = client.ask("GET", "/api/v1/tokens")
    tokens = [{k: v for k, v in one.items() if k != "last_used_at"}
              for one in json.loads(tokens)["items"]]
    return {"live": [steady(one) for one in listing(client)],
            "trash": listing(client, "&state=trashed"),
            "changes": changes, "me": json.loads(me), "tokens": tokens}


def must_be_same(told, before, options):
    if not waits_for_the_feed(options):
        both = told["changes"].keys() & before["changes"].keys()
        assert both
        for side in told, before:
            side["changes"] = {one: side["changes"][one] for one in both}
    for kind, was in before.items():
        now = told[kind]
        if now == was:
            continue
        if isinstance(was, dict):
            now, was = sorted(now.items()), sorted(was.items())
        gone = [one for one in was if one not in now]
        new = [one for one in now if one not in was]
        raise AssertionError(f"{kind}: {len(was)} were told, {len(now)} are now; "
                             f"gone: {gone[:2]}, new: {new[:2]}")


def steady(recording):
    """Without what depends on the moment of asking: a live one soon counts as interrupted."""
    if recording.get("state") == "interrupted":
        recording["state"] = "recording"
    return recording


def refuses_to_serve(stage, destination):
    done = subprocess.run([stage.program, "serve", "--config", destination.file,
                           "--listen", "127.0.0.1:0"], cwd=stage.place, env=stage.env,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "tapedeck copy" in done.stderr, done


def what_is_in_use_is_not_overwritten(stage, options):
    source, destination = Local(stage, "data"), Local(stage, "other")
    serve(stage, destination)
    stage.add_user("bob")
    _, said = copy(stage, source, destination, code=2)  # no source there
    assert "no Tapedeck data" in said, said
    stage.stop()
    serve(stage, source)
    stage.add_user("ada")
    _, said = copy(stage, source, destination, code=1)
    assert "in use" in said, said
    stage.stop()
    serve(stage, destination)
    _, said = copy(stage, source, destination, code=1)
    assert "is in use by process" in said, said
    stage.run("read-only", "on", "--data", destination.data)
    stage.stop()
    _, said = copy(stage, source, source, code=2)
    assert "same" in said, said
    events, _ = copy(stage, source, destination, "--dry-run")
    assert events[-1]["event"] == "plan" and events[-1]["put"] > 0, events
    copy(stage, source, destination, "--switch")
    serve(stage, destination)
    names = stage.admin("user", "list").stdout
    assert "ada" in names and "bob" not in names, names


def a_server_is_made_read_only_and_back(stage, options):
    place = Local(stage, "data")
    serve(stage, place)
    token = stage.add_user()
    assert stage.admin("read-only").stdout == "open\n"
    assert stage.admin("read-only", "on").stdout == "read-only\n"
    assert stage.upload(token, b"bytes")[0] == 503
    assert stage.ask("GET", "/api/v1/recordings", token=token)[0] == 200
    stage.stop()
    serve(stage, place)  # it stays so
    assert stage.upload(token, b"bytes")[0] == 503
    assert stage.admin("read-only", "off").stdout == "open\n"
    assert stage.upload(token, b"bytes")[0] == 201


def a_damaged_recording_stops_the_switch(stage, options):
    source, destination = Local(stage, "data"), Local(stage, "other")
    serve(stage, source)
    memory = Memory(stage.add_user())
    memory.fill(stage.port, 20)
    (volume,) = glob.glob(os.path.join(source.data, "blobs", "volumes", "*"))
    with open(volume, "r+b") as file:
        file.seek(4096 + 96)  # the first byte of the first record's blob
        file.write(b"damage!")
    events, said = copy(stage, source, destination, "--switch", code=1)
    assert any(event.get("event") == "problem" for event in events), events
    assert "damaged" in said, said
    # Nothing was switched.
    assert memory.upload(Client(stage.port, memory.token), 99)
    copy(stage, source, destination, "--switch", "--leave-damaged")
    stage.stop()
    serve(stage, destination)
    assert len(listing(Client(stage.port, memory.token))) == 20


def the_originals_data_come_over(stage, options):
    original, place = Deployment(), Cloud(stage, "new")
    place.prepare(stage)

    def take_over(*arguments):
        done = stage.run("import", "original", "--config", place.file, *original.arguments(),
                         *arguments)
        return json.loads(done.stdout.splitlines()[-1])["done"]

    planned = take_over("--dry-run")
    assert planned["findings"] == FINDINGS and planned["imported"] == 3, planned
    done = take_over()
    assert done["findings"] == FINDINGS and done["imported"] == 3, done
    assert take_over()["already_there"] == 3
    stage.data = place.data
    stage.serve("--config", place.file, "--allow-unverified-social-login", "--signup", "closed")

    # The old phone app: its login, its list, its delete.
    _, _, body = stage.ask("GET", "/login?social_id=7&social_type=kakao")
    login = json.loads(body)
    who = {"Authorization": f'{login["user_id"]} {login["auth_key"]}'}

    def records():
        status, _, body = stage.ask("GET", "/record/list", headers=who)
        assert status == 200, body
        return {one["id"]: one["created_at"] for one in json.loads(body)["records"]}

    mine = {record: date for record, (user, _, date) in RECORDS.items()
            if user == "kakao_7" and record != LOST}
    assert records() == mine
    odd = urllib.parse.quote("kakao_7_2018-05-02_10-11-12.x y", safe="")
    assert stage.ask("DELETE", f"/record/{odd}", headers=who)[2] == b'{"result": "success"}'
    assert stage.ask("DELETE", "/record/kakao_8_2018-05-01_10-11-12.m4a", headers=who)[0] == 400
    del mine["kakao_7_2018-05-02_10-11-12.x y"]
    assert records() == mine
    old = {"Authorization": f"kakao_7 {'k' * 64}"}
    assert stage.ask("GET", "/record/list", headers=old)[0] == 401
    stage.stop()
    done = take_over("--accept-legacy-keys", "--orphans")
    assert done["keys"] == 3 and done["imported"] == 1, done
    stage.serve("--config", place.file)
    assert stage.ask("GET", "/record/list", headers=old)[0] == 200


LOCAL = [
    everything_is_moved_and_moved_back, what_is_in_use_is_not_overwritten,
    a_server_is_made_read_only_and_back, a_damaged_recording_stops_the_switch,
]
CLOUD = [everything_is_moved_and_moved_back, the_originals_data_come_over]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--cloud", action="store_true")
    parser.add_argument("--recordings", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    every = CLOUD if options.cloud else LOCAL
    tests = [test for test in every if not options.names or test.__name__ in options.names]
    failed = 0
    for test in tests:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="copy_") as place:
            stage = Stage(os.path.abspath(options.program), place)
            try:
                test(stage, options)
                print(f"ok {test.__name__} {time.monotonic() - begun:.1f} s", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED {test.__name__}\n{traceback.format_exc()}", flush=True)
                if stage.log_name:
                    print(stage.log()[-2000:], flush=True)
            finally:
                stage.stop()
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
