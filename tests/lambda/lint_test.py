#!/usr/bin/env python3
"""The templates before cfn-lint: lint_test.py FOLDER_OF_PROGRAMS. Its own suite, since cfn-lint
comes from Python's registry; LAMBDA_CFN_LINT names it."""

import os
import subprocess
import sys
import tempfile

from package import packaged


def lint(programs, kind):
    with tempfile.TemporaryDirectory() as place:
        packaged(programs, place, kind)
        done = subprocess.run(
            [os.environ["LAMBDA_CFN_LINT"], "--ignore-checks", "W3002", "--",
             os.path.join(place, "template.yaml")],
            capture_output=True, text=True, check=False,
        )  # W3002: `aws cloudformation package` is how it is deployed
    print(f"ok {kind}" if done.returncode == 0 else f"FAILED {kind}\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def main():
    passed = [lint(os.path.abspath(sys.argv[1]), kind) for kind in ("sam", "cfn")]
    print(f"{passed.count(True)} passed, {passed.count(False)} failed")
    sys.exit(0 if all(passed) else 1)


main()
