"""Servers on folders and ports of their own, ours among them, and the one generator that drives all
of them."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

import machine


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def drive(port, **plan):
    """One run of the generator; its figures as a dict. Fails loudly when any request failed."""
    command = [machine.BUILD / "bench" / "tapedeck_load", "--port", port]
    for kind in ("headers", "then_headers"):
        for header in plan.pop(kind, []):
            command += ["--" + kind[:-1].replace("_", "-"), header]
    command += ["--tls"] if plan.pop("tls", False) else []
    for name, value in plan.items():
        command += ["--" + name.replace("_", "-"), value]
    command = machine.pinned(machine.CLIENT_CORE, command)
    out = subprocess.run(command, capture_output=True, text=True)
    if out.returncode != 0:
        raise SystemExit(f"the load generator failed: {out.stderr.strip()}")
    figures = json.loads(out.stdout)
    if figures["failures"]:
        raise SystemExit(
            f"{figures['failures']} requests failed, "
            f"the last with {figures['last_failure_status']}: {plan}"
        )
    return figures


def call(port, method, path, body=None, headers=(), data=None, tls=False):
    """One request; the answer's JSON, None when it is empty."""
    headers = dict(headers)
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    scheme = "https" if tls else "http"
    url = f"{scheme}://127.0.0.1:{port}{path}"
    request = urllib.request.Request(url, data, headers, method=method)
    context = ssl._create_unverified_context() if tls else None
    with urllib.request.urlopen(request, context=context) as answer:
        text = answer.read()
    return json.loads(text) if text else None


class Server:
    """A child process that listens; stopped with the `with` block."""

    tls = False

    def __init__(self, command, port, ready_path, log, core=machine.SERVER_CORE, folder=None):
        self.port = port
        started = time.monotonic()
        command = machine.pinned(core, command)
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        self.start_ms = self.wait_for(ready_path, started)

    def wait_for(self, path, started):
        while True:
            try:
                connection = self.connect()
                connection.request("GET", path)
                connection.getresponse().read()
                return (time.monotonic() - started) * 1000
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"{self.process.args} ended with {self.process.returncode}")
                if time.monotonic() - started > 20:
                    raise SystemExit(f"{self.process.args} does not answer")
                time.sleep(0.0005)

    def connect(self):
        if self.tls:
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)

    def memory_kib(self, field):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))

    def drop_uploads(self):
        """After a round, where that is simple: the disk would not hold those of all rounds."""

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Tapedeck(Server):
    NAME = "ours"
    GUARANTEES = "synced, auth, synced row"

    def __init__(self, folder, log, token=None, core=machine.SERVER_CORE, options=(),
                 certificate=None):
        """On one core; with `core` None on all of them. `certificate`: (chain, key), for TLS."""
        port = free_port()
        self.tls = certificate is not None
        command = [machine.BUILD / "tapedeck", "serve", "--listen", f"127.0.0.1:{port}"]
        command += ["--data", folder, "--threads", "1" if core else "0"]
        command += ["--signup", "open", "--log-level", "warning", *options]
        if certificate:
            command += ["--tls-cert", certificate[0], "--tls-key", certificate[1]]
        super().__init__(command, port, "/healthz", log, core)
        self.token = token or self.sign_up()

    def sign_up(self):
        self.token = None
        user = {"username": "bench", "password": "bench-password"}
        return self.call("POST", "/api/v1/users", user)["token"]

    def call(self, method, path, body=None, data=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return call(self.port, method, path, body, headers, data, self.tls)

    @property
    def auth(self):
        return f"Authorization: Bearer {self.token}"

    def upload_plan(self, size):
        path = "/api/v1/recordings/{n}.bin"
        return {"method": "PUT", "path": path, "headers": [self.auth], "body_bytes": size}
