#!/usr/bin/env python3
"""The program over S3 and DynamoDB, from outside: cloud_test.py PATH_OF_TAPEDECK [NAME…]

Wants the engines of `./test cloud`, whose addresses are in the environment.
Prints "N passed, N failed"; exits 1 when something failed.
"""

import os
import sys
import tempfile
import time
import traceback

import direct
import playing
import preparing
import readme
import refusing
import several
import trouble
from cloud_stage import CloudStage

TESTS = [
    test for module in (preparing, refusing, playing, direct, several, readme, trouble)
    for test in module.TESTS
]


def run(test, program):
    """True when it passed."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cloud_") as place:
        stage = CloudStage(program, place)
        try:
            test(stage)
            print(f"ok {test.__name__} {time.monotonic() - begun:.1f} s", flush=True)
            return True
        except Exception:
            print(f"FAILED {test.__name__}\n{traceback.format_exc()}", flush=True)
            if stage.log_name:
                print(stage.log()[-2000:], flush=True)
            return False
        finally:
            stage.stop()


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    tests = [test for test in TESTS if not wanted or test.__name__ in wanted]
    failed = sum(not run(test, program) for test in tests)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
