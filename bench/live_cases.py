"""The live load: many recorders at once, and many slow clients. Generator and server share the
cores."""

import json
import subprocess
import threading
import time

import machine
import servers
from figures import at_least, at_most, row
from peers.tus_node import TusNode

MANY_LIVE = ("--live-max", "1000000")
LATE_MAX_MS = 2_000
SETTLE_SECONDS = 10  # slow uploads begin all at once: that burst is not what is measured
PEER = TusNode.NAME


class Memory:
    """The largest resident memory of a process while the `with` block runs, and that before it."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        self.before = self.largest = server.memory_kib("VmRSS")
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.over.wait(0.1):
            self.largest = max(self.largest, self.server.memory_kib("VmRSS"))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def kib_of_each(self, count):
        return (self.largest - self.before) / count


def tapedeck(bench, name, *options):
    with bench.tapedeck(name) as server:
        token = server.token  # a process of its own: hashing the password takes 64 MiB
    return servers.Tapedeck(
        bench.folder_of(name), bench.log, token, core=None, options=[*MANY_LIVE, *options]
    )


def record(server, recorders, appends, period_ms=1_000):
    """One run of the recorders. None when they could not be served at all."""
    command = [machine.BUILD / "bench" / "tapedeck_live", "--port", server.port]
    command += ["--recorders", recorders, "--appends", appends, "--period-ms", period_ms]
    if isinstance(server, servers.Tapedeck):
        command += ["--authorization", server.auth]
        command += ["--audio-path", "/api/v1/recordings/{id}/audio"]
    else:
        command += ["--path", "/files"]
    with Memory(server) as memory:
        out = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if out.returncode != 0:
        return {"error": out.stderr.strip()}
    return json.loads(out.stdout) | {"kib": memory.kib_of_each(recorders)}


def must(figures):
    if "error" in figures:
        raise SystemExit(f"the live generator failed: {figures['error']}")
    return figures


def live(bench):
    recorders, seconds = (200, 3) if bench.quick else (2_000, 60)
    with bench.watch.round() as noise:
        with tapedeck(bench, "live") as server:
            ours = must(record(server, recorders, seconds))
        with TusNode(bench.folder_of("live-peer"), bench.log, core=None) as server:
            peer = record(server, recorders, seconds)
    case = f"live, {recorders:,} recorders, 4 KiB a second each"
    theirs = (lambda name: [peer[name]]) if "error" not in peer else (lambda _: [])
    late = lambda figures, name: [figures[name] / 1000]
    peers = PEER if "error" not in peer else f"{PEER}: {peer['error']}"
    both = lambda name: (late(ours, name), [value / 1000 for value in theirs(name)])
    says = {"noisy": [noise.why], "guarantees": (servers.Tapedeck.GUARANTEES, TusNode.GUARANTEES)}
    return [
        row(case, "late at p50", "ms", *both("late_p50_us"), peers, **says),
        row(case, "late at p99", "ms", *both("late_p99_us"), peers,
            at_most(LATE_MAX_MS, of="ours"), **says),
        row(case, "late at most", "ms", *both("late_max_us"), peers, **says),
        row(case, "recordings with a lost byte", "", [ours["lost"]], theirs("lost"), peers,
            at_most(0, of="ours"), **says),
        row(case, "failed requests", "", [ours["failures"]], theirs("failures"), peers,
            at_most(0, of="ours"), **says),
        row(case, "memory of each", "KiB", [ours["kib"]], theirs("kib"), peers,
            at_most(24, of="ours"), noisy=[noise.why]),
    ]


def live_10k(bench):
    recorders, seconds = (500, 3) if bench.quick else (10_000, 30)
    with bench.cleared(), bench.watch.round() as noise, tapedeck(bench, "live-10k") as server:
        ours = must(record(server, recorders, seconds))
    case = f"live, {recorders:,} recorders, 4 KiB a second each"
    one = lambda metric, unit, value, most: row(
        case, metric, unit, [value], [], "", at_most(most, of="ours"), noisy=[noise.why])
    return [
        one("recordings with a lost byte", "", ours["lost"], 0),
        one("recorders that could not append all", "", ours["unfinished"], 0),
        one("late at p99", "ms", ours["late_p99_us"] / 1000, 1_000),
        one("memory of each", "KiB", ours["kib"], 24),
    ]


def append_rate(bench, recorders, *options):
    """(appends a second, p99 in ms) on a new store; each is due when the last was acknowledged."""
    each = 4 if bench.quick else 80
    with bench.cleared(), tapedeck(bench, "appends", *options) as server:
        figures = must(record(server, recorders, each, period_ms=0))
    if figures["lost"] or figures["failures"]:
        raise SystemExit(f"appends were lost or refused: {figures}")
    return recorders * each / figures["seconds"], figures["answer_p99_us"] / 1000


def appends(bench):
    """As fast as they are acknowledged: volumes, and the same program with a file for each blob."""
    return [
        bench.compare(
            "4 KiB live appends", f"{recorders} recorders", "appends/s",
            lambda: append_rate(bench, recorders),
            lambda: append_rate(bench, recorders, "--volume-blob-max", "0"),
            "ours with a file for each blob", at_least(4),
        )
        for recorders in (32, 256)
    ]


def is_in_time(figures):
    if "error" in figures or figures["lost"] or figures["unfinished"]:
        return False
    return figures["late_p99_us"] / 1000 <= LATE_MAX_MS


def most(make, seconds, first, step):
    """The largest number of recorders that are in time, and what broke with one step more."""
    served = 0
    recorders = first
    while True:
        with make(recorders) as server:
            figures = record(server, recorders, seconds)
        print(f"  {recorders} recorders: {figures}", flush=True)
        if not is_in_time(figures):
            return served
        served = recorders
        recorders += step


def live_most(bench):
    seconds = 3 if bench.quick else 15
    first, step = (100, 2_000) if bench.quick else (2_000, 1_000)
    ours = most(lambda n: tapedeck(bench, f"most-{n}"), seconds, first, step)
    peer = most(
        lambda n: TusNode(bench.folder_of(f"most-peer-{n}"), bench.log, core=None),
        seconds,
        first,
        step,
    )
    return [row("live, most recorders in time", "late by 2 s at p99", "", [ours], [peer], PEER)]


class Held:
    """Slow uploads that are open during the `with` block. None may be answered or closed."""

    def __init__(self, server, connections):
        command = [machine.BUILD / "bench" / "tapedeck_hold", "--port", server.port]
        command += ["--connections", connections, "--authorization", server.auth]
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        if self.process.stdout.readline() != "held\n":
            raise SystemExit("the slow clients could not begin")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        figures = json.loads(self.process.stdout.read())
        self.process.wait()
        if figures["ended"]:
            raise SystemExit(f"slow clients were sent away: {figures}")


def lateness(bench, server):
    """p99 of ordinary requests, in ms: uploads of 64 KiB, and lists."""
    plan = {"headers": [server.auth], "connections": 4, "seconds": bench.seconds}
    path = "/api/v1/recordings"
    put = servers.drive(server.port, method="PUT", path=f"{path}/x", body_bytes=65_536, **plan)
    get = servers.drive(server.port, path=f"{path}?limit=50", **plan)
    return put["p99_us"] / 1000, get["p99_us"] / 1000


def slow(bench):
    idle, beside = (200, 200) if bench.quick else (10_000, 5_000)
    rows = []
    with tapedeck(bench, "slow-idle") as server:
        with Memory(server) as memory, Held(server, idle):
            time.sleep(5 if bench.quick else 45)  # at rest, and each had its turn to send a byte
        kib = memory.kib_of_each(idle)
        case = f"{idle:,} slow uploads"
        rows.append(row(case, "memory of each", "KiB", [kib], [], "", at_most(16, of="ours")))
    with tapedeck(bench, "slow-beside") as server:
        quiet = [lateness(bench, server) for _ in range(bench.rounds)]
        with Held(server, beside):
            time.sleep(1 if bench.quick else SETTLE_SECONDS)
            loud = [lateness(bench, server) for _ in range(bench.rounds)]
    for which, what in enumerate(("uploads of 64 KiB", "lists of 50")):
        case = f"{what} beside {beside:,} slow uploads"
        pick = lambda figures: [pair[which] for pair in figures]
        rows.append(
            row(case, "p99", "ms", pick(loud), pick(quiet), "the same alone", at_most(2)))
    return rows
