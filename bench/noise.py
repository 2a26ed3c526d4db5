"""Whether the machine did something else during a round.

A round is noisy when a fixed spin, timed on each core before it, took more than SPIN_SLOWER_MAX
times what it took at best in this run (a slower clock, a neighbour on the host), or when more than
FOREIGN_SHARE_MAX of the machine's CPU time during the round went to others: to programs that are
not ours, or to the hypervisor (steal). Kernel threads and interrupts count as ours, for they do our
disk's and network's work."""

import os
import resource
import time
from pathlib import Path

SPIN_TURNS = 300_000
SPIN_SLOWER_MAX = 1.3
FOREIGN_SHARE_MAX = 0.05
TICK = os.sysconf("SC_CLK_TCK")
KTHREADD = 2


def spin_seconds(core):
    """How long fixed work takes on a core: the better of two, so that one interrupt is no noise."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        times = []
        for _ in range(2):
            begun, number = time.perf_counter(), 1
            for _ in range(SPIN_TURNS):
                number = number * 48_271 % 2_147_483_647
            times.append(time.perf_counter() - begun)
        return min(times)
    finally:
        os.sched_setaffinity(0, before)


def busy_seconds():
    """Of all cores, without interrupts: user, nice, system and steal."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(fields[i]) for i in (0, 1, 2, 7)) / TICK


def processes():
    """pid -> (parent, seconds of it and of the children it waited for)."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended
        found[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICK)
    return found


def descends_from(ancestor, pid, found):
    while pid > 1:
        if pid == ancestor:
            return True
        pid = found.get(pid, (0, 0))[0]
    return False


def own_seconds():
    """(of this program and all that it started, of each kernel thread by its pid)"""
    found = processes()
    mine = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    started = sum(usage.ru_utime + usage.ru_stime for usage in mine)
    kernel = {}
    for pid, (_, used) in found.items():
        if descends_from(KTHREADD, pid, found):
            kernel[pid] = used
        elif pid != os.getpid() and descends_from(os.getpid(), pid, found):
            started += used
    return started, kernel


class Watch:
    """Watches rounds: `with watch.round() as noise: …`; then `noise.why` is a sentence or ""."""

    def __init__(self):
        self.best = {}

    def round(self):
        return Round(self)


class Round:
    def __init__(self, watch):
        self.watch, self.why = watch, ""

    def __enter__(self):
        for core in sorted(os.sched_getaffinity(0)):
            spun = spin_seconds(core)
            best = self.watch.best[core] = min(spun, self.watch.best.get(core, spun))
            if spun > best * SPIN_SLOWER_MAX:
                self.why = f"core {core} was {spun / best:.2f} times as slow as at best"
        self.begun, self.busy, self.own = time.monotonic(), busy_seconds(), own_seconds()
        return self

    def __exit__(self, *_):
        started, kernel = own_seconds()
        ours = started - self.own[0]
        ours += sum(used - self.own[1].get(pid, 0.0) for pid, used in kernel.items())
        foreign = busy_seconds() - self.busy - ours
        share = foreign / (time.monotonic() - self.begun) / os.cpu_count()
        if share > FOREIGN_SHARE_MAX:
            self.why = f"{share:.0%} of the CPU time went to others"
