"""Pages of lists, among few and many rows."""

import subprocess

import machine
import servers
from figures import at_most, row
from rounds import Subject

PATH = "/api/v1/recordings?limit=50"
LOW_RATE = 200  # a second: nothing waits for what came before it


def fill(bench, name, count, blob_bytes=0):
    """A data folder whose one account holds `count` recordings; gives the folder's token."""
    with bench.tapedeck(name) as server:
        token = server.token
    command = [machine.BUILD / "bench" / "tapedeck_fill", "--data", bench.folder_of(name)]
    command += ["--username", "bench", "--count", str(count), "--blob-bytes", str(blob_bytes)]
    subprocess.run(command, check=True)
    return token


def page_us(bench, server, connections):
    figures = servers.drive(server.port, path=PATH, headers=[server.auth], connections=connections,
                            seconds=bench.seconds)
    return figures["seconds"] * 1e6 / figures["requests"], figures["p99_us"] / 1000


def low_rate_p99(bench, server, case):
    """The server's own time is less than this: what the client sees when nothing else is asked."""
    def run():
        figures = servers.drive(server.port, path=PATH, headers=[server.auth], connections=4,
                                rate=LOW_RATE, seconds=bench.seconds)
        return figures["p99_us"] / 1000

    figures, why = bench.measure([Subject("ours", run)], bench.rounds)
    metric = f"p99 at {LOW_RATE} a second, open loop, seen by the client"
    late = [value for value, _ in figures["ours"]]
    return row(case, metric, "ms", late, [], "", at_most(1.0, of="ours"), noisy=why)


def list_pages(bench):
    few, many = 1_000, 20_000 if bench.quick else 1_000_000
    case = f"list page of 50 among {many:,}"
    with bench.cleared():
        tokens = {count: fill(bench, f"list-{count}", count) for count in (few, many)}
        with bench.tapedeck(f"list-{few}", tokens[few]) as small:
            with bench.tapedeck(f"list-{many}", tokens[many]) as big:
                rows = [
                    bench.compare(
                        case, f"{connections} connections, time per page", "µs",
                        lambda: page_us(bench, big, connections),
                        lambda: page_us(bench, small, connections),
                        f"the same among {few:,}", at_most(1.1))
                    for connections in (32, 256)
                ]
                return [*rows, low_rate_p99(bench, big, case)]
