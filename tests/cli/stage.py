"""A server, a data folder and a person's environment for one test of the command line."""

import glob
import json
import os
import signal
import socket
import subprocess
import threading
import time

SPEECH = sorted(glob.glob("/usr/share/pocketsphinx/test/data/librivox/*.wav"))
START_SECONDS = 30
STOP_SECONDS = 10


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Running:
    """A command under way: its input, and what it has said on each stream, line by line."""

    def __init__(self, command, place, env):
        self.process = subprocess.Popen(
            command, cwd=place, env=env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.lines = []
        self.notes = []
        self.changed = threading.Condition()
        self.readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in (
                (self.process.stdout, self.lines), (self.process.stderr, self.notes),
            )
        ]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, lines):
        for line in stream:
            with self.changed:
                lines.append(line.decode())
                self.changed.notify_all()

    def feed(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def events(self, name=None):
        """The events of --json so far; only those of one name."""
        events = [json.loads(line) for line in self.lines]
        return [event for event in events if name in (None, event["event"])]

    def event(self, name, wanted=lambda event: True, seconds=60):
        """Waits for the first such event."""
        return self._await(
            lambda: [event for event in self.events(name) if wanted(event)], name, seconds
        )[0]

    def note(self, part, seconds=60):
        """Waits for a line on stderr with this part."""
        return self._await(lambda: [note for note in self.notes if part in note], part, seconds)[0]

    def _await(self, find, what, seconds):
        deadline = time.monotonic() + seconds
        with self.changed:
            while not (found := find()):
                left = deadline - time.monotonic()
                assert left > 0 and self.changed.wait(left), f"no {what}: {self.said()}"
            return found

    def end(self, code=0, seconds=60):
        """Waits for its end."""
        self.process.stdin.close()
        assert self.process.wait(seconds) == code, f"{self.process.returncode}: {self.said()}"
        for reader in self.readers:
            reader.join()
        return self

    def signal(self, number):
        self.process.send_signal(number)
        return self

    def kill(self):
        """SIGKILL; what it had said until then stays to be read."""
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()

    def said(self):
        return "".join(self.lines[-30:] + self.notes[-30:])


class Stage:
    """A temporary place with a data folder, a server and an environment of its own."""

    def __init__(self, program, place):
        self.program = program
        self.place = place
        self.data = os.path.join(place, "data")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("TAPEDECK_")}
        self.env.update(TAPEDECK_DATA=self.data, TAPEDECK_SERVER=self.url)
        self.env["XDG_STATE_HOME"] = os.path.join(place, "state")
        self.server = None
        self.running = []

    def run(self, *arguments, code=0, stdin="", env=None):
        """`stdin` is a text or an open file."""
        given = {"input": stdin} if isinstance(stdin, str) else {"stdin": stdin}
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.place,
            env=env or self.env,
            **given,
            capture_output=True,
            text=True,
            timeout=120,
        )
        said = f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == code, said
        return done

    def json(self, *arguments, **more):
        return json.loads(self.run(*arguments, "--json", **more).stdout)

    def path(self, *names):
        return os.path.join(self.place, *names)

    def start(self, *arguments, env=None):
        """A command that runs while the test goes on; ended at the test's end at the latest."""
        command = Running([self.program, *arguments], self.place, env or self.env)
        self.running.append(command)
        return command

    def audio(self, recording):
        """The bytes that the server has."""
        target = self.path("audio-" + recording)
        self.run("get", recording, "-o", target, "--force")
        return read(target)

    def recovered_recording(self, seconds=30):
        """The only one, once the server has completed it by itself."""
        deadline = time.monotonic() + seconds
        while True:
            self.run("sweep")
            recording = self.only_recording()
            if recording["state"] == "ready":
                assert recording["recovered"], recording
                return recording
            assert time.monotonic() < deadline, recording
            time.sleep(0.1)

    def recordings(self):
        return self.json("ls", "--all")["items"]

    def only_recording(self):
        (recording,) = self.recordings()
        return recording

    def serve(self, *arguments, data=None):
        log = open(os.path.join(self.place, "server.log"), "a")
        self.server = subprocess.Popen(
            [
                self.program,
                "serve",
                "--listen",
                f"127.0.0.1:{self.port}",
                "--data",
                data or self.data,
                "--free-bytes-min",
                "1MiB",
                *arguments,
            ],
            cwd=self.place,
            env=self.env,
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.server.poll() is None, self.log()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not listen: " + self.log())

    def stop(self):
        if self.server is None:
            return None
        server, self.server = self.server, None
        server.send_signal(signal.SIGTERM)
        try:
            return server.wait(STOP_SECONDS + 5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            return "killed"

    def kill(self):
        """SIGKILL to the server."""
        self.server.kill()
        self.server.wait()
        self.server = None

    def close(self):
        for command in self.running:
            command.kill()
        self.stop()

    def log(self):
        with open(os.path.join(self.place, "server.log")) as file:
            return file.read()

    def add_user(self, name="ada"):
        self.run("user", "add", name, "--admin", "--password-file", "-", stdin="correct horse\n")
        token = self.json("token", "add", "laptop", "--user", name)["token"]
        self.env["TAPEDECK_TOKEN"] = token
        return token
