#!/usr/bin/env python3
"""How the program is operated, from outside: operation_test.py PATH_OF_TAPEDECK [NAME…]

Metrics, TLS, systemd, stopping, addresses, listening to what is live, long paths, doctor and
verify, on the real program.
Prints "N passed, N failed"; exits 1 when something failed.
"""

import os
import sys
import tempfile
import time
import traceback

import folder
import listening
import live
import metrics
import packages
import stopping
import tls
import units
from stage import Stage

TESTS = [
    test
    for module in (metrics, tls, units, packages, stopping, listening, live, folder)
    for test in module.TESTS
]


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    tests = [test for test in TESTS if not wanted or test.__name__ in wanted]
    failed = 0
    for test in tests:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="operation_") as place:
            stage = Stage(program, place)
            try:
                test(stage)
                print(f"ok {test.__name__} {time.monotonic() - begun:.1f} s", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED {test.__name__}\n{traceback.format_exc()}", flush=True)
                if stage.log_name:
                    print(stage.log()[-2000:], flush=True)
            finally:
                stage.stop()
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
