#!/usr/bin/env python3
"""Runs the fuzz targets: fuzz.py BUILD SECONDS TARGET…. Each starts from its seeds and from what it
found before (BUILD/corpus/TARGET); what breaks one is kept in BUILD/crashes."""

import os
import subprocess
import sys
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"


def seeds_of(target):
    return SEEDS / target.removesuffix("_fuzz")


def start(build, target, seconds):
    corpus, crashes = build / "corpus" / target, build / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    program = next((path for path in build.rglob(target) if path.is_file()), None)
    if program is None:
        return None
    command = [program, corpus, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
               "-max_len=16384", "-print_final_stats=1", f"-artifact_prefix={crashes}/{target}-"]
    if seeds_of(target).is_dir():
        command.append(seeds_of(target))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, errors="replace")


def judge(target, process):
    """True when it ran and found nothing."""
    if process is None:
        print(f"FAILED: there is no program {target}")
        return False
    output = process.communicate()[0]
    stats = dict(line.removeprefix("stat::").split(":", 1)
                 for line in output.splitlines() if line.startswith("stat::"))
    runs = int(stats.get("number_of_executed_units", "0"))
    print(f"{target}: {runs} runs")
    if process.returncode != 0 or runs == 0:
        print(f"FAILED: {target} ended with {process.returncode}\n{output[-4000:]}")
        return False
    return True


def main():
    build, seconds, targets = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3:]
    at_once = os.cpu_count() or 1
    passed = 0
    for first in range(0, len(targets), at_once):
        group = targets[first:first + at_once]
        running = [(target, start(build, target, seconds)) for target in group]
        passed += sum(judge(target, process) for target, process in running)
    failed = len(targets) - passed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not targets else 0


if __name__ == "__main__":
    sys.exit(main())
