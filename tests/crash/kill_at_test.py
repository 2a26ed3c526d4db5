#!/usr/bin/env python3
"""SIGKILL at every sync: kill_at_test.py BINARY [--all] [--only CASE] [--seed N].

A scripted session runs once undisturbed, and its syncs (of blobs, folders, the catalog's log, the
catalog) are counted. Then it runs once for each of them and is killed just before it, and once
just after it; in the middle of writes of the catalog's log; and at random moments. Each time the
server is started again and must have kept all that it acknowledged."""

import random
import sys
import time
from collections import Counter

from cases import Case, Fault, arguments_of, bench_in, finish, parse_case, run_all, undisturbed
from journeys import JOURNEYS

RANDOM_KILLS = 100
HALF_WRITES = 60  # of the torn writes, in an ordinary run


def cases_of(bench, chosen):
    syncs, torn, times = [], [], []
    rng = random.Random(chosen.seed)
    for journey in JOURNEYS:
        begun = time.monotonic()
        calls = undisturbed(bench, journey)
        duration = time.monotonic() - begun
        count = sum(call.kind in ("fsync", "fdatasync") for call in calls)
        print(f"{journey}: {count} syncs, {dict(Counter(call.kind for call in calls))}")
        for index in range(1, count + 1):
            syncs += [Case(journey, Fault("sync", index, f"kill-{when}"))
                      for when in ("before", "after")]
        torn += [Case(journey, Fault(call.kind, call.index, "kill-half"))
                 for call in calls if call.kind in ("write", "pwrite64") and call.bytes > 1]
        times += [(journey, duration)]
    if not chosen.all:
        torn = rng.sample(torn, min(HALF_WRITES, len(torn)))
    moments = []
    for number in range(RANDOM_KILLS):
        journey, duration = times[number % len(times)]
        microseconds = int(rng.uniform(0.01, 0.8 * duration) * 1e6)
        moments.append(Case(journey, Fault("time", microseconds, "kill")))
    return syncs + torn + moments


def main():
    chosen = arguments_of(__doc__).parse_args()
    begun = time.monotonic()
    with bench_in(chosen.binary) as bench:
        cases = [parse_case(chosen.only)] if chosen.only else cases_of(bench, chosen)
        outcomes = run_all(bench, cases, chosen.workers)
    print(f"seed {chosen.seed}")
    return finish("kill-at", outcomes, len(cases), begun)


if __name__ == "__main__":
    sys.exit(main())
