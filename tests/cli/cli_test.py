#!/usr/bin/env python3
"""The command line, from outside: cli_test.py PATH_OF_TAPEDECK [NAME…]

Starts the real program on a free port with a temporary data folder, and uses it as a person does.
Prints "N passed, N failed"; exits 1 when something failed.
"""

import inspect
import os
import sys
import tempfile
import time
import traceback

import commands
import recording
import uploading
import volumes
import watching
from stage import SPEECH, Stage


def tests_of(module):
    """The module's functions that take a stage and nothing else."""
    return [
        function
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and list(inspect.signature(function).parameters) == ["stage"]
    ]


TESTS = [
    test
    for module in (commands, uploading, recording, volumes, watching)
    for test in tests_of(module)
]


def main():
    if len(SPEECH) < 2:
        sys.exit("cli_test: needs the speech of Debian's pocketsphinx-testdata")
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    tests = [test for test in TESTS if not wanted or test.__name__ in wanted]
    failed = 0
    for test in tests:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="td_cli_") as place:
            stage = Stage(program, place)
            try:
                test(stage)
                print(f"ok {test.__name__} {time.monotonic() - begun:.1f} s", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED {test.__name__}\n{traceback.format_exc()}", flush=True)
            finally:
                stage.close()
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
