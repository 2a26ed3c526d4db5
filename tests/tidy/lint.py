#!/usr/bin/env python3
"""clang's opinion of src: lint.py BUILD [FILE…]. Headers alone, then clang-tidy on each file."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GCC_ONLY = ("-fcoroutines", "-fpch-preprocess", "-Winvalid-pch", "-Wno-maybe-uninitialized",
            "-Wno-mismatched-new-delete")
CLANG_ONLY = ("-Wno-string-conversion", "-Wno-deprecated-declarations")  # as in toolchain.cmake


def clang_commands(build):
    """{file: its compiler arguments, as clang takes them and without the precompiled header}."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        begin = next(i for i, word in enumerate(words) if word.endswith(("c++", "g++")))
        kept, skip = [], False
        for word in words[begin + 1:]:
            if skip or word in ("-c", "-o", "-include", "-MD", "-MT", "-MF"):
                skip = not skip and word in ("-o", "-include", "-MT", "-MF")
            elif word not in GCC_ONLY and word != entry["file"]:
                kept.append(word)
        commands[Path(entry["file"])] = [*kept, *CLANG_ONLY]
    return commands


def run(command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def check_header(header, arguments):
    """A header compiles alone: it includes what it uses."""
    text = f'#include "{header.relative_to(ROOT / "src")}"\n'
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as alone:
        alone.write(text)
        alone.flush()
        done = run(["clang++-19", "-fsyntax-only", *arguments, alone.name])
    return f"{header.relative_to(ROOT)}: not self-contained", done


def check_file(file, arguments):
    """.clang-tidy's list."""
    done = run(["clang-tidy-19", "--quiet", str(file), "--", *arguments])
    return str(file.relative_to(ROOT)), done


def main():
    build = Path(sys.argv[1]).resolve()
    chosen = {(ROOT / name).resolve() for name in sys.argv[2:]}
    commands = {file: words for file, words in clang_commands(build).items()
                if file.is_relative_to(ROOT / "src")}
    first = {file.parent: words for file, words in commands.items()}
    jobs = []
    for header in sorted((ROOT / "src").rglob("*.h")):
        words = first.get(header.parent)
        if words and (not chosen or header in chosen):
            jobs.append((check_header, header, words))
    for file, words in sorted(commands.items()):
        if not file.name.endswith("_test.cc") and (not chosen or file in chosen):
            jobs.append((check_file, file, words))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for what, done in pool.map(lambda job: job[0](*job[1:]), jobs):
            if done.returncode != 0:
                failed += 1
                print(f"FAILED: {what}\n{(done.stdout + done.stderr)[-3000:]}")
    print(f"{len(jobs) - failed} passed, {failed} failed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
