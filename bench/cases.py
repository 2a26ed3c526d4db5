"""The cases: what is measured, of both programs alike."""

import os
import subprocess

import cloud_cases
import lambda_cases
import live_cases
import machine
from figures import row
import servers

SMALL, LARGE = 64 * 1024, 100 * 1024 * 1024


class Bench:
    def __init__(self, folder, rounds, quick):
        self.folder, self.rounds, self.quick = folder, rounds, quick
        self.log = (
            open(machine.WORK / "servers.log", "ab")
            if machine.WORK.exists()
            else subprocess.DEVNULL
        )
        self.seconds = 0.5 if quick else 4

    def tapedeck(self, name, token=None):
        return servers.Tapedeck(self.folder_of(name), self.log, token)

    def nginx(self, name):
        folder = self.folder_of(name)
        folder.mkdir(exist_ok=True)
        return servers.Nginx(folder, self.log)

    def folder_of(self, name):
        return self.folder / name.replace(" ", "-")

    def compare(self, case, metric, unit, ours, peer, peer_name):
        """Interleaved rounds of two measurements; one row of medians."""
        figures = [(ours(), peer()) for _ in range(self.rounds)]
        mine, theirs = ([pair[i] for pair in figures] for i in (0, 1))
        return row(case, metric, unit, mine, theirs, peer_name)


def healthz(bench):
    with bench.tapedeck("healthz") as ours, bench.nginx("n-healthz") as peer:
        run = lambda server, path: servers.drive(
            server.port, path=path, connections=64, seconds=bench.seconds
        )["per_second"]
        return [
            bench.compare(
                "GET /healthz",
                "64 connections",
                "requests/s",
                lambda: run(ours, "/healthz"),
                lambda: run(peer, "/ok"),
                "nginx return 200",
            )
        ]


def upload(bench, case, size, connections, requests):
    plan = {"method": "PUT", "body_bytes": size, "connections": connections}
    plan.update({"requests": requests} if requests else {"seconds": bench.seconds})
    with bench.tapedeck(f"t-{case}") as ours, bench.nginx(f"n-{case}") as peer:
        unit, figure = (
            ("MiB/s", "sent_mib_per_second") if size == LARGE else ("uploads/s", "per_second")
        )
        late = {"ours": [], "peer": []}

        def run(server, who, path, headers):
            os.sync()  # nobody's sync pays for bytes that the other left in the page cache
            figures = servers.drive(server.port, path=path, headers=headers, **plan)
            late[who].append(figures["p99_us"] / 1000)
            return figures[figure]

        speed = bench.compare(
            f"upload {case}",
            f"{connections} connections",
            unit,
            lambda: run(ours, "ours", "/api/v1/recordings/{n}.bin", [ours.auth]),
            lambda: run(peer, "peer", "/{n}.bin", []),
            "nginx dav PUT, unsynced",
        )
        return [
            speed,
            row(
                f"upload {case}", "p99", "ms", late["ours"], late["peer"], "nginx dav PUT, unsynced"
            ),
        ]


def upload_small(bench):
    return upload(bench, "64 KiB", SMALL, 32, 0)


def upload_large(bench):
    return upload(bench, "100 MiB", LARGE, 2, 2 if bench.quick else 12)


def download(bench, case, size, connections):
    body = bytes(1024) * (size // 1024)
    with bench.tapedeck(f"t-down-{case}") as ours, bench.nginx(f"n-down-{case}") as peer:
        made = ours.call("PUT", "/api/v1/recordings/x.bin", data=body)
        (bench.folder_of(f"n-down-{case}") / "root" / "x.bin").write_bytes(body)
        run = lambda server, path, headers: servers.drive(
            server.port, path=path, headers=headers, connections=connections, seconds=bench.seconds
        )["per_second"]
        return [
            bench.compare(
                f"download {case}",
                f"{connections} connections",
                "downloads/s",
                lambda: run(ours, made["audio_url"], [ours.auth]),
                lambda: run(peer, "/x.bin", []),
                "nginx sendfile",
            )
        ]


def download_small(bench):
    return download(bench, "64 KiB", SMALL, 32)


def download_large(bench):
    return download(bench, "100 MiB", LARGE, 4)


def fill(bench, name, count, blob_bytes=0):
    """A data folder whose one account holds `count` recordings; gives the folder's token."""
    with bench.tapedeck(name) as server:
        token = server.token
    subprocess.run(
        [
            machine.BUILD / "bench" / "tapedeck_fill",
            "--data",
            bench.folder / name,
            "--username",
            "bench",
            "--count",
            str(count),
            "--blob-bytes",
            str(blob_bytes),
        ],
        check=True,
    )
    return token


def list_pages(bench):
    few, many = 1_000, 20_000 if bench.quick else 1_000_000
    tokens = {count: fill(bench, f"list-{count}", count) for count in (few, many)}
    with bench.tapedeck(f"list-{few}", tokens[few]) as small, bench.tapedeck(
        f"list-{many}", tokens[many]
    ) as big:

        def run(server):
            figures = servers.drive(
                server.port,
                path="/api/v1/recordings?limit=50",
                headers=[server.auth],
                connections=8,
                seconds=bench.seconds,
            )
            return figures["seconds"] * 8 / figures["requests"] * 1e6

        return [
            bench.compare(
                f"list page of 50 among {many:,}",
                "8 connections, time per page",
                "µs",
                lambda: run(big),
                lambda: run(small),
                f"the same among {few:,}",
            )
        ]


def memory(bench):
    size = (1 << 30) if bench.quick else (10 << 30)
    with bench.tapedeck("memory") as server:
        token = server.token  # a process of its own: hashing the password takes 64 MiB
    with bench.tapedeck("memory", token) as server:
        idle = server.memory_kib("VmRSS") / 1024
        servers.drive(
            server.port,
            method="PUT",
            path="/api/v1/recordings/big.bin",
            headers=[server.auth],
            body_bytes=size,
            requests=1,
        )
        peak = server.memory_kib("VmHWM") / 1024
    return [
        row("memory", "idle RSS", "MiB", [idle], [], ""),
        row("memory", f"peak RSS of a {size >> 30} GiB upload", "MiB", [peak], [], ""),
    ]


def start(bench):
    def first_answer(make):
        with make() as server:
            return server.start_ms

    first_answer(lambda: bench.tapedeck("start"))  # makes the folder
    token = "none"
    return [
        bench.compare(
            "start",
            "exec to first answer, existing data",
            "ms",
            lambda: first_answer(lambda: bench.tapedeck("start", token)),
            lambda: first_answer(lambda: bench.nginx("n-start")),
            "nginx",
        )
    ]


def start_many(bench):
    count = 5_000 if bench.quick else 100_000

    def first_answer(name):
        with bench.tapedeck(name, "none") as server:
            return server.start_ms

    fill(bench, "start-many", count, blob_bytes=4_000)
    first_answer("start-few")  # makes the folder
    return [
        bench.compare(
            f"start with {count:,} blobs",
            "exec to first answer",
            "ms",
            lambda: first_answer("start-many"),
            lambda: first_answer("start-few"),
            "without any",
        )
    ]


ALL = {
    "healthz": healthz,
    "upload-64k": upload_small,
    "upload-100m": upload_large,
    "download-64k": download_small,
    "download-100m": download_large,
    "list": list_pages,
    "memory": memory,
    "start": start,
    "start-many": start_many,
    "appends": live_cases.appends,
    "lambda": lambda_cases.function,
    "live": live_cases.live,
    "live-most": live_cases.live_most,
    "slow": live_cases.slow,
    "cloud": cloud_cases.cloud,
}
USUAL = [name for name in ALL if name != "cloud"]  # that one wants engines of its own
