"""The bootstrap by itself: static, and clear about what is wrong."""

import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

from emulation import Emulation, clean_environment
from package import packaged, read


def start(program, **settings):
    return subprocess.run(
        [program], env=clean_environment(**settings), capture_output=True, timeout=30, check=False,
    )


def bootstrap_of(programs):
    return os.path.join(programs, "tapedeck-lambda")


def it_needs_no_library_and_no_loader(programs):
    shown = subprocess.run(
        ["readelf", "--wide", "--program-headers", "--dynamic", "--dyn-syms",
         bootstrap_of(programs)],
        capture_output=True, text=True, check=True,
    ).stdout
    for word in ("INTERP", "(NEEDED)", "GLIBC_"):
        assert word not in shown, word
    assert "DYN (Position-Independent" in subprocess.run(
        ["readelf", "--file-header", bootstrap_of(programs)],
        capture_output=True, text=True, check=True,
    ).stdout, "static, but at a place of the kernel's choosing"


def it_brings_no_database_and_no_metrics(programs):
    """By a text that each of these libraries has in it, stripped or not."""
    program = read(bootstrap_of(programs))
    for word in (b"SQLite format 3", b"deflate 1.", b"N10prometheus", b"N3CLI", b"avcodec"):
        assert word not in program, word


def it_starts_in_an_empty_root(programs):
    assert os.getuid() == 0, "chroot needs root"
    with tempfile.TemporaryDirectory() as root:
        shutil.copy(bootstrap_of(programs), root)
        with Api([]) as api:
            done = subprocess.run(
                ["/usr/sbin/chroot", root, "/tapedeck-lambda"],
                env={"AWS_LAMBDA_RUNTIME_API": api.address, "TAPEDECK_CATALOG": "memory",
                     "TAPEDECK_BLOBS": "memory"},
                capture_output=True, timeout=30, check=False,
            )
    assert api.asked == ["GET /2018-06-01/runtime/invocation/next"], api.asked
    assert done.returncode == 1 and b"answered 500" in done.stderr, done.stderr


class Api:
    """A Runtime API that answers by a list of (status, fields, body), then 500."""

    def __init__(self, answers):
        self.asked, self.posted = [], []
        outer, left = self, list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                outer.asked.append(f"{self.command} {self.path}")
                size = int(self.headers.get("Content-Length", 0))
                if size:
                    outer.posted.append(self.rfile.read(size))
                status, fields, body = left.pop(0) if left else (500, {}, b"")
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def without_lambda_it_says_what_it_is(programs):
    for address in ("", "nonsense:port"):
        done = start(bootstrap_of(programs), AWS_LAMBDA_RUNTIME_API=address)
        assert done.returncode == 2, done
        line = json.loads(done.stderr.splitlines()[-1])
        assert "lambda emulate" in line["detail"], line


def settings_that_cannot_be_used_are_reported_to_lambda(programs):
    cases = [
        ({"TAPEDECK_CATALOG": "sqlite"}, "TAPEDECK_CATALOG"),
        ({"TAPEDECK_CATALOG": "memory", "TAPEDECK_BLOBS": "disk"}, "belong together"),
        ({"TAPEDECK_CATALOG": "memory", "TAPEDECK_BLOBS": "memory", "TAPEDECK_QUOTA": "much"},
         "much"),
        ({"TAPEDECK_CATALOG": "memory", "TAPEDECK_BLOBS": "memory", "TAPEDECK_NONSENSE": "1"},
         "TAPEDECK_NONSENSE"),
    ]
    for settings, says in cases:
        with Api([(202, {}, b"")]) as api:
            done = start(bootstrap_of(programs), AWS_LAMBDA_RUNTIME_API=api.address, **settings)
        assert done.returncode == 1, done
        assert api.asked == ["POST /2018-06-01/runtime/init/error"], api.asked
        assert says in json.loads(api.posted[0])["errorMessage"], api.posted
        assert says in done.stderr.decode(), done.stderr


def a_runtime_api_that_is_gone_ends_it(programs):
    done = start(
        bootstrap_of(programs), AWS_LAMBDA_RUNTIME_API="127.0.0.1:9", TAPEDECK_CATALOG="memory",
        TAPEDECK_BLOBS="memory",
    )
    assert done.returncode == 1, done
    assert b"127.0.0.1:9" in done.stderr, done.stderr


def a_table_that_does_not_answer_is_reported(programs):
    with Api([(202, {}, b"")]) as api:
        done = start(
            bootstrap_of(programs), AWS_LAMBDA_RUNTIME_API=api.address,
            TAPEDECK_CATALOG="dynamo", TAPEDECK_DYNAMO_ENDPOINT="http://127.0.0.1:9",
            TAPEDECK_BLOBS="memory", AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s",
        )
    assert done.returncode == 1, done
    assert api.asked == ["POST /2018-06-01/runtime/init/error"], api.asked


def the_zip_runs_under_another_runtime_api(programs):
    """@vercel/fun, which is not ours."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fun.mjs")
    with tempfile.TemporaryDirectory() as place:
        zip_path = packaged(programs, place)
        done = subprocess.run(
            [os.environ["NODE"], script, os.environ["LAMBDA_FUN"], zip_path],
            env=clean_environment(), capture_output=True, text=True, timeout=120, check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        health, signed_up, refused = json.loads(done.stdout.splitlines()[-1])
        assert health["statusCode"] == 200 and health["body"] == "ok", health
        assert signed_up["statusCode"] == 201, signed_up
        assert refused["statusCode"] == 500 and "binaryMediaTypes" in refused["body"], refused


def it_is_small_and_quick(programs):
    """From exec to the first answer, and the most memory; the figures are bench/run's."""
    begun = time.monotonic()
    emulation = Emulation(os.path.join(programs, "tapedeck"))
    try:
        status, _, body = emulation.ask("GET", "/healthz")
        passed = time.monotonic() - begun
        assert (status, body) == (200, b"ok")
        (pid,) = emulation.instances()
        emulation.sign_up()
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        print(f"counts: {passed * 1000:.0f} ms from nothing to an answer, emulator included; "
              f"{peak / 1024:.0f} MB at most, a password's hash included")
        assert peak < 128 * 1024, peak
    finally:
        emulation.close()


TESTS = [
    it_needs_no_library_and_no_loader,
    it_brings_no_database_and_no_metrics,
    it_starts_in_an_empty_root,
    without_lambda_it_says_what_it_is,
    settings_that_cannot_be_used_are_reported_to_lambda,
    a_runtime_api_that_is_gone_ends_it,
    a_table_that_does_not_answer_is_reported,
    the_zip_runs_under_another_runtime_api,
    it_is_small_and_quick,
]
