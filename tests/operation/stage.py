"""One server of the real program in a temporary place, and what tests do with it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

START_SECONDS = 30
STOP_SECONDS = 10  # what the program promises
SERVES = re.compile(r"^Tapedeck serves (\S+)$", re.M)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(what, wanted, seconds=20):
    """Asks again until `wanted` of the value is true; gives the value."""
    deadline = time.monotonic() + seconds
    while True:
        value = what()
        if wanted(value):
            return value
        assert time.monotonic() < deadline, f"after {seconds} s still {value!r}"
        time.sleep(0.05)


class Stage:
    def __init__(self, program, place):
        self.program = program
        self.place = place
        self.data = os.path.join(place, "data")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("TAPEDECK_")}
        self.server = None
        self.url = None
        self.log_name = None
        self.starts = 0

    def path(self, *names):
        return os.path.join(self.place, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    # ---- the server --------------------------------------------------------------------------

    def serve(self, *arguments, listen="127.0.0.1:0", launcher=(), pass_fds=(), env=None):
        self.starts += 1
        self.log_name = self.path(f"server{self.starts}.log")
        command = [
            *launcher, self.program, "serve", "--listen", listen, "--data", self.data,
            "--free-bytes-min", "1MiB", "--requests-per-minute", "0", *arguments,
        ]
        with open(self.log_name, "w") as log:
            self.server = subprocess.Popen(
                command, cwd=self.place, env=env or self.env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, pass_fds=pass_fds,
            )
        deadline = time.monotonic() + START_SECONDS
        while not (greeting := SERVES.search(self.log())):
            assert self.server.poll() is None, self.log()
            assert time.monotonic() < deadline, "it does not start: " + self.log()
            time.sleep(0.02)
        self.url = greeting.group(1)
        return self.url

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """SIGTERM; the exit status and the seconds it took."""
        server, self.server = self.server, None
        if server is None:
            return None, 0
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        try:
            return server.wait(STOP_SECONDS + 10), time.monotonic() - begun
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            return "killed", time.monotonic() - begun

    def kill(self):
        self.server.kill()
        self.server.wait()
        self.server = None

    def log(self):
        with open(self.log_name) as file:
            return file.read()

    # ---- commands ----------------------------------------------------------------------------

    def run(self, *arguments, code=0, stdin="", env=None):
        done = subprocess.run(
            [self.program, *arguments], cwd=self.place, env={**self.env, **(env or {})},
            input=stdin, capture_output=True, text=True, timeout=120,
        )
        said = f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == code, said
        return done

    def admin(self, *arguments, **more):
        return self.run(*arguments, "--data", self.data, **more)

    def add_user(self, name="ada"):
        self.admin("user", "add", name, "--password-file", "-", stdin="correct horse\n")
        made = self.admin("token", "add", "laptop", "--user", name, "--json")
        return json.loads(made.stdout)["token"]

    # ---- HTTP --------------------------------------------------------------------------------

    def ask(self, method, target, body=None, token=None, headers=None, connection=None):
        """(status, headers, body)"""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        own = connection is None
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            if own:
                connection.close()

    def upload(self, token, body, headers=None):
        return self.ask("POST", "/api/v1/recordings?filename=a.bin", body, token, headers)
