#!/usr/bin/env python3
"""Reads the repository against STYLE.md and ARCHITECTURE.md: `tests/tidy/tidy.py [FILE…]`.

Prints FILE:LINE: RULE: MESSAGE for each finding, then "N passed, N failed"."""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rules import Source, findings, floors_of  # noqa: E402
from snippets import FLOORS, SNIPPETS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NOT_TEXT = (".wav", ".opus", ".ogg", ".flac", ".mp3", ".m4a", ".webm", ".png", ".ico", ".json")
NOT_OURS = {"LICENSE"}
FORMATTER = "clang-format-19"


def check_snippets():
    """The rules must be right before they judge anybody."""
    failed = []
    for expected, path, text in SNIPPETS:
        heard = {rule for _, rule, _ in findings(Source(path, text, FLOORS))}
        wanted = {expected} if expected else set()
        if heard != wanted:
            failed.append(f"snippet for {expected}: heard {heard or 'nothing'}\n{text}")
    return failed


def repository_files():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    for name in sorted(set(listed)):
        path = ROOT / name
        if name.endswith(NOT_TEXT) or name in NOT_OURS or "/seeds/" in name:
            continue
        if path.is_file():
            if b"\0" not in path.read_bytes()[:4096]:
                yield name


def check_format(names):
    """What clang-format would write differently."""
    files = [name for name in names if name.endswith((".cc", ".h"))]
    groups = [files[start::2] for start in range(2)]
    running = [
        subprocess.Popen(
            [FORMATTER, "--dry-run", *group], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for group in groups if group
    ]
    for process in running:
        _, complaints = process.communicate()
        if process.returncode != 0:
            yield f"{FORMATTER} ended with {process.returncode}: {complaints[-500:]}"
        found = re.findall(r"^(\S+?):(\d+):.*clang-format-violations", complaints, re.M)
        for name in sorted({name for name, _ in found}):
            line = next(line for other, line in found if other == name)
            yield f"{name}:{line}: format: run {FORMATTER} -i {name}"


def main():
    failed = check_snippets()
    floors = floors_of((ROOT / "CMakeLists.txt").read_text())
    if not floors:
        failed.append("CMakeLists.txt:1: floors: no room() lines found")
    names = sys.argv[1:] or list(repository_files())
    unclean = set()
    for name in names:
        source = Source(name, (ROOT / name).read_text(), floors)
        for line, rule, message in findings(source):
            failed.append(f"{name}:{line}: {rule}: {message}")
            unclean.add(name)
    for complaint in check_format(names):
        failed.append(complaint)
        unclean.add(complaint.split(":")[0])
    for finding in failed:
        print(finding)
    print(f"{len(SNIPPETS)} snippets, {len(names)} files")
    clean = len(names) - len(unclean & set(names))
    wrong_snippets = sum(finding.startswith("snippet for") for finding in failed)
    print(f"{clean + len(SNIPPETS) - wrong_snippets} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
