"""The process itself: its memory, and how soon after exec it answers."""

import servers
from figures import at_most, row
from list_cases import fill


def memory(bench):
    size = (1 << 30) if bench.quick else (10 << 30)
    with bench.cleared():
        with bench.tapedeck("memory") as server:
            token = server.token  # a process of its own: hashing the password takes 64 MiB
        with bench.tapedeck("memory", token) as server:
            idle = server.memory_kib("VmRSS") / 1024
            plan = server.upload_plan(size)
            servers.drive(server.port, **plan, requests=1)
            peak = server.memory_kib("VmHWM") / 1024
    of_upload = f"peak RSS of a {size >> 30} GiB upload"
    return [
        row("memory", "idle RSS", "MiB", [idle], [], "", at_most(16, of="ours")),
        row("memory", of_upload, "MiB", [peak], [], "", at_most(48, of="ours")),
    ]


def first_answer(make):
    with make() as server:
        return server.start_ms


def start(bench):
    with bench.cleared():
        first_answer(lambda: bench.tapedeck("start"))  # makes the folder
        return [bench.compare(
            "start", "exec to first answer, existing data", "ms",
            lambda: first_answer(lambda: bench.tapedeck("start", "none")),
            lambda: first_answer(lambda: bench.nginx("start")), "nginx", at_most(20, of="ours"),
        )]


def start_many(bench):
    count = 5_000 if bench.quick else 100_000
    with bench.cleared():
        fill(bench, "start-many", count, blob_bytes=4_000)
        first_answer(lambda: bench.tapedeck("start-few"))  # makes the folder
        return [bench.compare(
            f"start with {count:,} blobs", "exec to first answer", "ms",
            lambda: first_answer(lambda: bench.tapedeck("start-many", "none")),
            lambda: first_answer(lambda: bench.tapedeck("start-few", "none")), "without any",
        )]
