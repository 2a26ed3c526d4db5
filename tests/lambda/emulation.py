"""`tapedeck lambda emulate` and a plain HTTP client, for one test."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from urllib.parse import urlsplit

ANSWERS = re.compile(r"answers at http://localhost:(\d+)")
START_SECONDS = 20


def clean_environment(**more):
    """Without settings of the outside; what is given, in their place."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TAPEDECK_", "AWS_"))}
    return kept | more


class Emulation:
    """Runs until it is closed. `options` are of the command, `settings` of the function."""

    def __init__(self, program, *options, **settings):
        self.place = tempfile.mkdtemp(prefix="lambda_")
        self.log_path = os.path.join(self.place, "log")
        command = [program, "lambda", "emulate", "--listen", "localhost:0", *options]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                command, cwd=self.place, env=clean_environment(**settings),
                stdout=subprocess.PIPE, stderr=log,
            )
        self.token = None
        self.port = self._read_port()

    def _read_port(self):
        line = self.process.stdout.readline().decode()
        found = ANSWERS.search(line)
        assert found, f"it did not start: {line!r} {self.log()}"
        return int(found.group(1))

    def log(self):
        with open(self.log_path, "rb") as file:
            return file.read().decode(errors="replace")

    @property
    def url(self):
        return f"http://localhost:{self.port}"

    def ask(self, method, target, body=None, fields=None):
        """(status, fields, body) of one request, as whoever is signed in."""
        fields = dict(fields or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        if self.token and "Authorization" not in fields:
            fields["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(method, target, body=body, headers=fields)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def ask_json(self, *request, status=None, **more):
        got, _, body = self.ask(*request, **more)
        assert status is None or got == status, f"{request[:2]}: {got} {body[:500]}"
        return json.loads(body)

    def sign_up(self, name="ann"):
        user = {"username": name, "password": "correct horse"}
        self.token = self.ask_json("POST", "/api/v1/users", user, status=201)["token"]

    def instances(self):
        """The processes of the function."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True,
            check=False,
        )
        return [int(pid) for pid in listed.stdout.split()]

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        self.process.stdout.close()
        shutil.rmtree(self.place)


def eventually(what, seconds=20):
    """Asks until the answer is true."""
    deadline = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < deadline, f"after {seconds} s still {value!r}"
        time.sleep(0.05)


def path_of(url):
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
