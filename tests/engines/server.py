"""The real program under test: starts `tapedeck serve` and stops it."""

import http.client
import json
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One running server on a data folder. Its log goes to `log`, a path."""

    def __init__(self, binary, data, log, *arguments, port=None, prefix=()):
        self.port = port or free_port()
        self.log = log
        self.command = [
            *prefix, str(binary), "serve", "--data", str(data),
            "--listen", f"127.0.0.1:{self.port}",
            "--signup", "open", "--requests-per-minute", "0", *arguments,
        ]
        self.process = None
        self.start_seconds = None  # until the first answer

    def start(self, wait_seconds=20):
        begun = time.monotonic()
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() - begun > wait_seconds:
                raise RuntimeError(f"the server did not answer in {wait_seconds} s: {self.tail()}")
            time.sleep(0.002)
        self.start_seconds = time.monotonic() - begun
        return self

    def _answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        except http.client.HTTPException:
            return False
        finally:
            connection.close()

    def tail(self):
        with open(self.log, "rb") as log:
            return log.read()[-2000:].decode(errors="replace")

    def kill(self):
        """SIGKILL, as a power cut of the process."""
        self.process.kill()
        self.process.wait()

    def stop(self, wait_seconds=15):
        """SIGTERM; gives the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(wait_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"did not stop in {wait_seconds} s: {self.tail()}") from None

    def connect(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, target, body=None, token=None, headers=None, connection=None):
        """(status, headers, body); a dict as body is sent as JSON."""
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            if own:
                connection.close()

    def ask_json(self, wanted_status, method, target, body=None, token=None, headers=None):
        status, _, answer = self.ask(method, target, body, token, headers)
        if status != wanted_status:
            raise RuntimeError(f"{method} {target}: {status}, not {wanted_status}: {answer[:500]}")
        return json.loads(answer) if answer else None
