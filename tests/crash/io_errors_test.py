#!/usr/bin/env python3
"""Errors of the disk at every call: io_errors_test.py BINARY [--all] [--only CASE] [--seed N].

A scripted session runs once undisturbed, and the calls that change its data folder are counted.
Then each of them goes wrong, in each way that it can: EIO, ENOSPC, EINTR, a short write, an error
told after all was done, a disk that is full or dead from there on. What the server then says must
be true: after a restart all that it acknowledged is there, and what it refused is there wholly or
not at all. An ordinary run takes a sample of these cases."""

import random
import sys
import time
from collections import Counter

from cases import Case, Fault, arguments_of, bench_in, finish, parse_case, run_all, undisturbed
from journeys import JOURNEYS

SAMPLE = 600
SPARE = 10  # for those that a run may not reach
ON_WRITES = ("EIO", "ENOSPC", "EINTR", "short", "full", "dead")
ON_SYNCS = ("EIO", "ENOSPC", "EINTR", "late", "dead")
ACTIONS = {
    "write": ON_WRITES, "pwrite64": ON_WRITES, "writev": ON_WRITES, "pwritev": ("EIO", "ENOSPC"),
    "fsync": ON_SYNCS, "fdatasync": ON_SYNCS, "sync_file_range": ("EIO",),
    "openat": ("EIO", "ENOSPC", "EINTR", "full", "dead"),
    "ftruncate": ("EIO", "ENOSPC", "EINTR"), "mkdir": ("EIO", "ENOSPC"),
    "unlink": ("EIO", "ENOSPC", "EINTR", "late"), "rename": ("EIO", "ENOSPC", "late"),
    "link": ("EIO", "ENOSPC", "late"), "fallocate": ("EIO", "ENOSPC", "EINTR", "full", "dead"),
}
NEEDS_BYTES = ("short",)


def cases_of(bench, chosen):
    cases = []
    for journey in JOURNEYS:
        calls = undisturbed(bench, journey)
        print(f"{journey}: {dict(Counter(call.kind for call in calls))}")
        cases += [Case(journey, Fault(call.kind, call.index, action))
                  for call in calls for action in ACTIONS[call.kind]
                  if call.bytes > 1 or action not in NEEDS_BYTES]
    print(f"{len(cases)} cases in all")
    if chosen.all:
        return cases
    return random.Random(chosen.seed).sample(cases, min(SAMPLE + SPARE, len(cases)))


def main():
    chosen = arguments_of(__doc__).parse_args()
    begun = time.monotonic()
    with bench_in(chosen.binary) as bench:
        cases = [parse_case(chosen.only)] if chosen.only else cases_of(bench, chosen)
        outcomes = run_all(bench, cases, chosen.workers)
    kinds = Counter(outcome.case.fault.kind for outcome in outcomes)
    actions = Counter(outcome.case.fault.action for outcome in outcomes)
    print(f"seed {chosen.seed}: {dict(kinds)}, {dict(actions)}")
    print(f"ends: {dict(Counter(outcome.ended for outcome in outcomes))}")
    return finish("io-errors", outcomes, len(cases), begun)


if __name__ == "__main__":
    sys.exit(main())
