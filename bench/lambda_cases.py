"""The packaged function: from its start to its first answer, under a Runtime API of this process's
own, beside the smallest bootstrap in Python."""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

import machine
from figures import row

WAIT_SECONDS = 20
EVENT = {
    "version": "2.0",
    "rawPath": "/healthz",
    "rawQueryString": "",
    "headers": {},
    "requestContext": {"stage": "$default", "http": {"method": "GET", "sourceIp": "127.0.0.1"}},
    "isBase64Encoded": False,
}

# As little as a Python function can do: the standard library, no framework, no AWS SDK.
PYTHON_BOOTSTRAP = """#!{python} -S
import http.client, json, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    event = api.getresponse()
    json.loads(event.read())
    path = "/2018-06-01/runtime/invocation/" + event.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", path + "/response", json.dumps({{"statusCode": 200, "body": "ok"}}))
    api.getresponse().read()
"""


class RuntimeApi:
    """Hands out one event, then waits; says when its answer came."""

    def __init__(self):
        self.answered = threading.Event()
        self.answer = None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                if outer.answered.is_set():
                    time.sleep(WAIT_SECONDS)
                body = json.dumps(EVENT).encode()
                head = (
                    "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\n"
                    f"Lambda-Runtime-Deadline-Ms: {int((time.time() + 29) * 1000)}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                )
                self.wfile.write(head.encode() + body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer.answered.is_set():
                    outer.at, outer.answer = time.perf_counter(), json.loads(body)
                    outer.answered.set()
                self.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # the program is killed over its next call
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def first_answer(program):
    """(milliseconds from exec to the answer, MiB at most)."""
    api = RuntimeApi()
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server.server_port}",
        "TAPEDECK_CATALOG": "memory",
        "TAPEDECK_BLOBS": "memory",
        "PATH": os.environ["PATH"],
    }
    begun = time.perf_counter()
    process = subprocess.Popen([program], env=environment, stderr=subprocess.DEVNULL)
    try:
        if not api.answered.wait(WAIT_SECONDS):
            raise RuntimeError(f"{program} did not answer")
        if api.answer["statusCode"] != 200 or api.answer["body"] != "ok":
            raise RuntimeError(f"{program} answered {api.answer}")
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        return (api.at - begun) * 1000, peak / 1024
    finally:
        process.kill()
        process.wait()
        api.close()


def function(bench):
    ours = machine.BUILD / "tapedeck-lambda"
    with tempfile.TemporaryDirectory() as place:
        peer = os.path.join(place, "bootstrap")
        with open(peer, "w", encoding="ascii") as file:
            file.write(PYTHON_BOOTSTRAP.format(python=sys.executable))
        os.chmod(peer, 0o755)
        figures = [(first_answer(ours), first_answer(peer)) for _ in range(bench.rounds * 4)]
        subprocess.run(
            [machine.BUILD / "tapedeck", "lambda", "package", "--out", place],
            check=True, stdout=subprocess.DEVNULL,
        )
        zip_bytes = os.path.getsize(os.path.join(place, "tapedeck-lambda.zip"))
    of = lambda who, what: [pair[who][what] for pair in figures]
    name = "a minimal Python bootstrap"
    return [
        row("lambda", "exec to first answer", "ms", of(0, 0), of(1, 0), name),
        row("lambda", "memory at that time, at most", "MiB", of(0, 1), of(1, 1), name),
        row("lambda", "zip", "MB", [zip_bytes / 1e6], [], ""),
    ]
