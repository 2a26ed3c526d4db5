"""Debian's PostgreSQL with its own defaults (every commit is synced), for peers that need one."""

import glob
import os
import shutil
import signal
import subprocess
import time

import machine

OWNER = "postgres" if os.geteuid() == 0 else None  # it refuses to be root


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    return found[-1] if found else None


def why_not():
    return None if programs() else "there is no PostgreSQL: apt-get install postgresql"


class Postgres:
    def __init__(self, folder, port, log, core):
        self.data = folder / "postgres"
        self.data.mkdir(exist_ok=True)
        if OWNER:
            shutil.chown(self.data, OWNER, OWNER)
        as_owner = {"user": OWNER, "group": OWNER, "extra_groups": []} if OWNER else {}
        as_owner |= {"stdout": log, "stderr": log, "cwd": "/"}
        make = [f"{programs()}/initdb", "-D", self.data, "-U", "bench", "--auth=trust"]
        subprocess.run(make, check=True, **as_owner)
        serve = [f"{programs()}/postgres", "-D", self.data, "-p", port, "-h", "127.0.0.1", "-k", ""]
        self.process = subprocess.Popen(machine.pinned(core, serve), **as_owner)
        self.uri = f"postgres://bench@127.0.0.1:{port}/postgres"
        self.wait(port)

    def wait(self, port):
        for _ in range(200):
            ready = [f"{programs()}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            if subprocess.run(ready).returncode == 0:
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError("PostgreSQL does not answer")

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # its fast shutdown
        self.process.wait(timeout=30)
