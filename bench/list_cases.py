"""Pages of lists, among few and many rows."""

import re
import subprocess
import urllib.request

import machine
import servers
from figures import at_least, at_most, row
from rounds import Subject

PATH = "/api/v1/recordings?limit=50"
LOW_RATE = 200  # a second: nothing waits for what came before it
SOON = 0.001  # seconds; a border of the server's histogram


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


def gets_within(metrics_port, seconds):
    """(all that were answered, those within so many seconds), by the server's own clock."""
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/metrics") as answer:
        text = answer.read().decode()
    bucket = r'tapedeck_request_seconds_bucket\{method="GET",le="([^"]+)"\} (\d+)'
    counts = {border: int(count) for border, count in re.findall(bucket, text)}
    return counts["+Inf"], counts[str(seconds)]


def low_rate(bench, server, case, metrics_port):
    """When nothing else is asked: what the client sees, and what the server says of itself."""
    def run():
        before = gets_within(metrics_port, SOON)
        figures = servers.drive(server.port, path=PATH, headers=[server.auth], connections=4,
                                rate=LOW_RATE, seconds=bench.seconds)
        after = gets_within(metrics_port, SOON)
        return 100 * (after[1] - before[1]) / (after[0] - before[0]), figures["p99_us"] / 1000

    figures, why = bench.measure([Subject("ours", run)], bench.rounds)
    soon, late = zip(*figures["ours"])
    how = f"at {LOW_RATE} a second, open loop"
    return [
        row(case, f"within 1 ms in the server, {how}", "%", soon, [], "",
            at_least(99, of="ours"), noisy=why),
        row(case, f"p99 {how}, seen by the client", "ms", late, [], "", noisy=why),
    ]


def list_pages(bench):
    few, many = 1_000, 20_000 if bench.quick else 1_000_000
    case = f"list page of 50 among {many:,}"
    with bench.cleared():
        tokens = {count: fill(bench, f"list-{count}", count) for count in (few, many)}
        with bench.tapedeck(f"list-{few}", tokens[few]) as small:
            metrics = servers.free_port()
            options = ("--metrics-listen", f"127.0.0.1:{metrics}")
            with bench.tapedeck(f"list-{many}", tokens[many], options=options) as big:
                rows = [
                    bench.compare(
                        case, f"{connections} connections, time per page", "µs",
                        lambda: page_us(bench, big, connections),
                        lambda: page_us(bench, small, connections),
                        f"the same among {few:,}", at_most(1.1))
                    for connections in (32, 256)
                ]
                return [*rows, *low_rate(bench, big, case, metrics)]
