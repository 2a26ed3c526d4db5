#!/usr/bin/env python3
"""kill -9 during uploads: kill_test.py BINARY [--rounds N] [--seed N].

Each round several clients upload known bytes, the server is killed at a random moment and started
again. Then every recording that was acknowledged must be listed and be identical, and nothing may
be listed that is not whole. At the end `tapedeck verify` reads every blob."""

import argparse
import hashlib
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engines"))

from server import Server  # noqa: E402

CLIENTS = 4
SIZES = [1, 700, 4096, 65_536, 300_000, 2_000_000]
FULL_CHECK_EVERY = 10  # rounds between reading all that was ever acknowledged


def bytes_of(key, size):
    """The same bytes for the same key, and others for any other."""
    return random.Random(key).randbytes(size)


class Uploader(threading.Thread):
    """Uploads until the server dies under it; remembers what was acknowledged."""

    def __init__(self, server, token, name, seed):
        super().__init__(name=name)
        self.server, self.token = server, token
        self.random = random.Random(seed)
        self.acknowledged = {}  # id: sha256
        self.tried = {}  # title: sha256
        self.error = None

    def run(self):
        number = 0
        try:
            connection = self.server.connect(timeout=20)
            while True:
                number += 1
                self._upload(connection, f"{self.name}-{number}")
        except (OSError, http.client.HTTPException):
            return  # killed, as intended
        except Exception as error:  # noqa: BLE001: told in the main thread
            self.error = error

    def _upload(self, connection, title):
        body = bytes_of(title, self.random.choice(SIZES))
        digest = hashlib.sha256(body).hexdigest()
        self.tried[title] = digest
        chunked = self.random.random() < 0.3
        data = (body[at:at + 40_000] for at in range(0, len(body), 40_000)) if chunked else body
        connection.request(
            "POST", f"/api/v1/recordings?title={title}", body=data, encode_chunked=chunked,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "audio/wav",
                     **({"Transfer-Encoding": "chunked"} if chunked else {})},
        )
        response = connection.getresponse()
        answer = response.read()
        if response.status != 201:
            raise RuntimeError(f"upload: {response.status}: {answer[:300]}")
        self.acknowledged[json.loads(answer)["id"]] = digest


class Test:
    def __init__(self, binary, folder, seed):
        self.binary = binary
        self.folder = Path(folder)
        self.random = random.Random(seed)
        self.acknowledged = {}
        self.tried = {}
        self.seen = set()  # ids whose bytes were compared
        self.unheard = 0  # recordings that are whole, but whose answer the kill swallowed
        self.problems = []

    def start(self):
        server = Server(self.binary, self.folder / "data", self.folder / "log",
                        "--free-bytes-min", "0")
        return server.start()

    def round(self, number, token):
        server = self.start()
        if token is None:
            answer = server.ask_json(201, "POST", "/api/v1/users",
                                     {"username": "ann", "password": "correct horse"})
            token = answer["token"]
        clients = [
            Uploader(server, token, f"r{number}c{client}", self.random.random())
            for client in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(self.random.uniform(0.01, 0.25))
        server.kill()
        for client in clients:
            client.join()
            self.acknowledged.update(client.acknowledged)
            self.tried.update(client.tried)
            if client.error:
                self.problems.append(f"round {number}: {client.error}")
        return token

    def check(self, number, token, everything):
        """What was acknowledged is listed; what is listed is whole and identical."""
        server = self.start()
        listed = self.list(server, token)
        for lost in self.acknowledged.keys() - listed.keys():
            self.problems.append(f"round {number}: {lost} was acknowledged and is not listed")
        connection = server.connect()
        for name, recording in listed.items():
            if name in self.seen and not everything:
                continue
            self.check_one(server, connection, token, number, name, recording)
        server.kill()

    def check_one(self, server, connection, token, number, name, recording):
        wanted = self.acknowledged.get(name) or self.tried.get(recording["title"])
        if name not in self.acknowledged and name not in self.seen:
            self.unheard += 1
        self.seen.add(name)
        status, _, body = server.ask("GET", recording["audio_url"], token=token,
                                     connection=connection)
        got = hashlib.sha256(body).hexdigest()
        if status != 200 or got != wanted or len(body) != recording["size"]:
            self.problems.append(f"round {number}: {name}: status {status}, {len(body)} bytes of "
                                 f"{recording['size']}, sha256 {got}, not {wanted}")
        if recording["state"] != "ready":
            self.problems.append(f"round {number}: {name} is {recording['state']}")

    def list(self, server, token):
        listed, cursor = {}, ""
        while cursor is not None:
            page = server.ask_json(200, "GET", f"/api/v1/recordings?limit=200&cursor={cursor}",
                                   token=token)
            listed.update({item["id"]: item for item in page["items"]})
            cursor = page["next_cursor"]
        return listed

    def verify(self):
        done = subprocess.run([self.binary, "verify", "--data", str(self.folder / "data")],
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            self.problems.append(f"tapedeck verify: {done.returncode}: {done.stdout}{done.stderr}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("--rounds", type=int, default=25)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tapedeck-crash-") as folder:
        test = Test(str(Path(chosen.binary).resolve()), folder, chosen.seed)
        token, bad_rounds = None, 0
        for number in range(1, chosen.rounds + 1):
            before = len(test.problems)
            token = test.round(number, token)
            last = number == chosen.rounds
            test.check(number, token, everything=last or number % FULL_CHECK_EVERY == 0)
            bad_rounds += len(test.problems) > before
            if len(test.problems) > 20:
                break
        before = len(test.problems)
        test.verify()
        bad_verify = len(test.problems) > before
    for problem in test.problems:
        print("FAILED:", problem)
    if not test.acknowledged:
        print("FAILED: nothing was ever acknowledged, so nothing was tested")
        bad_rounds += 1
    print(f"{chosen.rounds} kills in {time.monotonic() - begun:.0f} s: "
          f"{len(test.tried)} uploads begun, "
          f"{len(test.acknowledged)} acknowledged and identical, {test.unheard} more whole")
    failed = bad_rounds + bad_verify
    print(f"{chosen.rounds + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
