"""Which Debian packages are missing, as ./run asks it on a new machine."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def a_package_nobody_heard_of_is_missing(_stage):
    # ./run stops at the first failure (set -e); dpkg-query fails for a name it has never heard of.
    script = ". cmake/packages.sh; mapfile -t m < <(missing_packages bash no-such-package-1 dpkg)"
    asked = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script + '; echo "${m[@]}"'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout == "no-such-package-1\n", asked


TESTS = [a_package_nobody_heard_of_is_missing]
