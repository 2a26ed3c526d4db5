"""The two servers, on folders and ports of their own, and the one generator that drives both."""

import http.client
import json
import os
import signal
import socket
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
    for header in plan.pop("headers", []):
        command += ["--header", header]
    for name, value in plan.items():
        command += ["--" + name.replace("_", "-"), value]
    out = subprocess.run(
        machine.pinned(machine.CLIENT_CORE, command), capture_output=True, text=True
    )
    if out.returncode != 0:
        raise SystemExit(f"the load generator failed: {out.stderr.strip()}")
    figures = json.loads(out.stdout)
    if figures["failures"]:
        raise SystemExit(
            f"{figures['failures']} requests failed, "
            f"the last with {figures['last_failure_status']}: {plan}"
        )
    return figures


class Server:
    """A child process that listens; stopped with the `with` block."""

    def __init__(self, command, port, ready_path, log, core=machine.SERVER_CORE):
        self.port = port
        started = time.monotonic()
        self.process = subprocess.Popen(machine.pinned(core, command), stdout=log, stderr=log)
        self.start_ms = self.wait_for(ready_path, started)

    def wait_for(self, path, started):
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", path)
                connection.getresponse().read()
                return (time.monotonic() - started) * 1000
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"{self.process.args} ended with {self.process.returncode}")
                if time.monotonic() - started > 20:
                    raise SystemExit(f"{self.process.args} does not answer")
                time.sleep(0.0005)

    def memory_kib(self, field):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Tapedeck(Server):
    def __init__(self, folder, log, token=None, core=machine.SERVER_CORE, options=()):
        """On one core; with `core` None on all of them."""
        port = free_port()
        command = [
            machine.BUILD / "tapedeck",
            "serve",
            "--listen",
            f"127.0.0.1:{port}",
            "--data",
            folder,
            "--threads",
            "1" if core else "0",
            "--signup",
            "open",
            "--log-level",
            "warning",
            *options,
        ]
        super().__init__(command, port, "/healthz", log, core)
        self.token = token or self.sign_up()

    def sign_up(self):
        answer = self.call(
            "POST", "/api/v1/users", {"username": "bench", "password": "bench-password"}
        )
        return answer["token"]

    def call(self, method, path, body=None, data=None):
        headers = {"Authorization": f"Bearer {self.token}"} if getattr(self, "token", None) else {}
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, headers, method=method
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @property
    def auth(self):
        return f"Authorization: Bearer {self.token}"


NGINX = """
user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; client_max_body_size 0; client_body_buffer_size 128k;
  client_body_temp_path {folder}/tmp; keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s;
  server {{
    listen 127.0.0.1:{port};
    location = /ok {{ return 200 "ok"; }}
    location / {{ root {folder}/root; dav_methods PUT DELETE; }}
  }}
}}
"""


class Nginx(Server):
    def __init__(self, folder, log):
        for name in ("root", "tmp"):
            os.makedirs(folder / name, exist_ok=True)
        port = free_port()
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        super().__init__(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"],
            port,
            "/ok",
            log,
        )


class TusNode(Server):
    """@tus/server with its FileStore, on Node; both fetched by npm when they are not there."""

    PACKAGES = ("@tus/server@2", "@tus/file-store@2")

    @staticmethod
    def install():
        engine = machine.WORK / "tus"
        if not (engine / "node_modules" / "@tus" / "file-store").exists():
            engine.mkdir(parents=True, exist_ok=True)
            npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", engine]
            subprocess.run([*npm, *TusNode.PACKAGES], check=True)
        return engine

    def __init__(self, folder, log):
        engine = self.install()
        folder.mkdir(exist_ok=True)
        port = free_port()
        script = machine.ROOT / "bench" / "live" / "tus_server.mjs"
        super().__init__(["node", script, engine, folder, port], port, "/", log, core=None)
