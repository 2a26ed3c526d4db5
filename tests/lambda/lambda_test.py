#!/usr/bin/env python3
"""The packaged function, from outside: lambda_test.py FOLDER_OF_PROGRAMS [NAME…]

FOLDER_OF_PROGRAMS has a release's tapedeck and tapedeck-lambda. TEST_S3_ENDPOINT and
TEST_DYNAMODB name the services of `./test lambda-program`, LAMBDA_FUN the folder of
@vercel/fun.
Prints "N passed, N failed"; exits 1 when something failed.
"""

import os
import sys
import time
import traceback

import bootstrap
import cloud
import front
import package

TESTS = [test for module in (package, bootstrap, front, cloud) for test in module.TESTS]


def main():
    programs = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    tests = [test for test in TESTS if not wanted or test.__name__ in wanted]
    failed = 0
    for test in tests:
        begun = time.monotonic()
        try:
            test(programs)
            print(f"ok {test.__name__} {time.monotonic() - begun:.1f} s", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
