"""The store in real trouble, in the middle of uploads: a Ceph on a disk is restarted, and its OSD
is stopped and goes on, so that nobody can tell which writes were done."""

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import threading
import time

from stage import eventually

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRIPT = os.path.join(ROOT, "tests", "engines", "ceph.sh")
UPLOADERS = 4
# Longer than all attempts of one call together, so that the server gives up and says so.
STOPPED_SECONDS = 80 if os.environ.get("TEST_LONG") else 8


class Ceph:
    """A cluster of its own, with its objects on the disk."""

    def __init__(self, stage):
        self.home = os.path.join(ROOT, "build", "engines", f"ceph-{os.getpid()}")
        self.env = {**os.environ, "CEPH_STORE": "bluestore",
                    "CEPH_HOME": self.home}
        self.endpoint = self.up()
        stage.stores["s3-endpoint"] = self.endpoint

    def _run(self, verb):
        done = subprocess.run([SCRIPT, verb], env=self.env, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def up(self):
        with open(self._run("up")) as environment:
            return re.search(r"S3_ENDPOINT=(\S+)", environment.read()).group(1)

    def down(self):
        self._run("down")

    def signal(self, daemon, number):
        with open(os.path.join(self.home, f"{daemon}.pid")) as file:
            os.kill(int(file.read()), number)


@contextlib.contextmanager
def ceph_on_disk(stage):
    ceph = Ceph(stage)
    try:
        stage.init()
        yield ceph
    finally:
        with contextlib.suppress(OSError):
            ceph.signal("osd", signal.SIGCONT)
        ceph.down()
        subprocess.run(["rm", "-rf", ceph.home], check=True)


class Uploaders:
    """Each uploads one recording after the other, and repeats what was not acknowledged."""

    def __init__(self, stage, token):
        self.stage, self.token = stage, token
        self.acknowledged = {}  # id: SHA-256
        self.refused = []       # (status, Retry-After)
        self.errors = []
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(n,)) for n in range(UPLOADERS)]
        for thread in self.threads:
            thread.start()

    def _run(self, number):
        count = 0
        while not self.over.is_set():
            body = b"%d %d " % (number, count) * 4000
            try:
                self._upload(f'"{number}-{count}"', body)
            except Exception as error:
                self.errors.append(repr(error))
                return
            count += 1

    def _upload(self, key, body):
        while True:
            status, headers, answer = self.stage.ask(
                "POST", "/api/v1/recordings", body, self.token, {"Idempotency-Key": key})
            if status in (200, 201):
                with self.lock:
                    made = json.loads(answer)["id"]
                    self.acknowledged[made] = hashlib.sha256(body).hexdigest()
                return
            assert status == 503, (status, answer)
            assert int(headers["Retry-After"]) > 0, headers
            self.refused.append(status)
            if self.over.is_set():
                return
            time.sleep(0.2)  # a real client would wait for as long as it is told

    def count(self):
        with self.lock:
            return len(self.acknowledged)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert not self.errors, self.errors


def all_recordings(stage, token):
    items, cursor = [], ""
    while True:
        page = json.loads(stage.ask("GET", f"/api/v1/recordings?limit=200{cursor}",
                                    token=token)[2])
        items += page["items"]
        if not page["next_cursor"]:
            return items
        cursor = "&cursor=" + page["next_cursor"]


def nothing_acknowledged_is_lost(stage, token, uploaders):
    listed = {item["id"]: item for item in all_recordings(stage, token)}
    assert len(listed) >= len(uploaders.acknowledged)
    for recording, digest in uploaders.acknowledged.items():
        assert listed[recording]["sha256"] == digest and listed[recording]["state"] == "ready"
        heard = stage.ask("GET", f"/api/v1/recordings/{recording}/audio", token=token)[2]
        assert hashlib.sha256(heard).hexdigest() == digest, recording
    # Each repeat of a key led to the one recording; at most the last of each was given up.
    assert len(listed) <= len(uploaders.acknowledged) + UPLOADERS
    stage.admin("verify")
    print(f"counts: {len(uploaders.acknowledged)} uploads acknowledged, "
          f"{len(uploaders.refused)} refused meanwhile, none lost")


def goes_on(uploaders, seconds=90):
    before = uploaders.count()
    eventually(uploaders.count, lambda now: now >= before + 2 * UPLOADERS, seconds)


def a_store_that_restarts_in_the_middle_of_uploads_loses_nothing(stage):
    with ceph_on_disk(stage) as ceph:
        stage.serve("--signup", "open")
        token = stage.add_user()
        uploaders = Uploaders(stage, token)
        goes_on(uploaders)
        ceph.down()
        eventually(lambda: len(uploaders.refused), bool, 60)
        assert stage.ask("GET", "/readyz")[0] == 503
        assert stage.ask("GET", "/healthz")[0] == 200
        assert ceph.up() == ceph.endpoint
        goes_on(uploaders)
        uploaders.end()
        eventually(lambda: stage.ask("GET", "/readyz")[0], lambda status: status == 200)
        nothing_acknowledged_is_lost(stage, token, uploaders)


def writes_that_hang_and_are_done_later_lose_nothing(stage):
    with ceph_on_disk(stage) as ceph:
        stage.serve("--signup", "open")
        token = stage.add_user()
        uploaders = Uploaders(stage, token)
        goes_on(uploaders)
        ceph.signal("osd", signal.SIGSTOP)
        time.sleep(STOPPED_SECONDS)
        ceph.signal("osd", signal.SIGCONT)
        goes_on(uploaders)
        uploaders.end()
        if os.environ.get("TEST_LONG"):
            assert uploaders.refused, "the server should have given up meanwhile"
        nothing_acknowledged_is_lost(stage, token, uploaders)


TESTS = [
    a_store_that_restarts_in_the_middle_of_uploads_loses_nothing,
    writes_that_hang_and_are_done_later_lose_nothing,
]
