"""The machine: a network of our own, and programs pinned to cores. The disk is disk.py's."""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
WORK = ROOT / "build" / "bench"

SERVER_CORE, CLIENT_CORE = "0", "1"


def enter_own_network():
    """Runs this script again in a network namespace with Reno. BBR, the default on some machines,
    paces loopback and halves bulk rates."""
    if os.environ.get("BENCH_OWN_NETWORK") or os.geteuid() != 0:
        return
    script = 'ip link set lo up && sysctl -qw net.ipv4.tcp_congestion_control=reno && exec "$@"'
    command = ["unshare", "--net", "sh", "-c", script, "sh", sys.executable, *sys.argv]
    probe = subprocess.run(["unshare", "--net", "true"], capture_output=True)
    if probe.returncode != 0:
        print("no network namespace here: measuring on the host's loopback", file=sys.stderr)
        return
    os.environ["BENCH_OWN_NETWORK"] = "own"
    os.execvp(command[0], command)


def build_programs():
    """What Debian has of what is needed, the release binary, the generators and the fillers."""
    if shutil.which("dpkg-query"):  # elsewhere cmake says what is missing
        install = '. cmake/packages.sh && need_packages $(bench_packages)'
        subprocess.run(["bash", "-c", install], cwd=ROOT, check=True)
    subprocess.run(
        ["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run(
        ["ninja", "-C", str(BUILD), "tapedeck", "tapedeck-lambda", "bench_programs"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def description(disk):
    """What a row was measured on, without the machine's name."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in cpuinfo if "model name" in line), "")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                            text=True).stdout.strip()
    return {"cores": os.cpu_count(), "cpu": model, "kernel": os.uname().release, "disk": disk,
            "commit": commit, "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime())}


def pinned(core, command):
    return [*(["taskset", "-c", core] if core else []), *map(str, command)]


def raise_descriptor_limit():
    """For this process and the servers and generators that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
