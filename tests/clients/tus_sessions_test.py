#!/usr/bin/env python3
"""tus-js-client through a bad network: BINARY MODULES [--sessions N] [--seed N].

MODULES is a node_modules folder with tus-js-client. sessions.mjs says what a session is."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engines"))

from server import Server  # noqa: E402

SCRIPTS = ["sessions.mjs", "proxy.mjs", "random.mjs"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("modules", type=Path)
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for script in SCRIPTS:  # beside node_modules, where node looks for what they import
            shutil.copy(Path(__file__).parent / script, root)
        (root / "node_modules").symlink_to(wanted.modules.resolve())
        server = Server(wanted.binary, root / "data", root / "log", "--live-max", "10000").start()
        account = server.ask_json(201, "POST", "/api/v1/users",
                                  {"username": "ann", "password": "correct horse"})
        command = [os.environ.get("NODE", "node"), root / "sessions.mjs", str(server.port),
                   account["token"], str(wanted.sessions), str(wanted.seed)]
        status = subprocess.run(command, check=False).returncode
        stopped = server.stop()
        if stopped != 0:
            print(f"FAILED: the server ended with {stopped}: {server.tail()}")
        return 1 if status != 0 or stopped != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
