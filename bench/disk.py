"""The stores' file system: a fresh journaled ext4 in a file, so that results do not depend on how
the machine's own disk was made and used before."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import machine

GIB = 1 << 30
WANTED_BYTES = 24 * GIB  # what is preallocated, when the disk has that and
LEFT_BYTES = 16 * GIB  # this much more
SPARSE_BYTES = 40 * GIB


def quietly(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


class LoopDisk:
    """An ext4 in `image`, mounted at `mount`. The loop device reads and writes the image with
    direct I/O: else every byte also goes through the page cache of the image, and a program that
    goes past the page cache itself is slower than one that does not. `how` tells what became of
    it."""

    def __init__(self, image, mount, direct=True):
        self.image, self.mount, self.direct = image, mount, direct
        self.device, self.how = None, "the machine's own file system"

    def open(self):
        """Whether it is mounted."""
        self.mount.mkdir(parents=True, exist_ok=True)
        self.close()  # what a run that was killed left
        if os.geteuid() != 0:
            return False
        allocated = self.make_image()
        attached = quietly(
            "losetup", f"--direct-io={'on' if self.direct else 'off'}", "--show", "-f", self.image
        )
        if attached.returncode != 0:
            return False
        self.device = attached.stdout.strip()
        # nodiscard: mkfs would give the preallocated blocks back
        made = quietly("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0", self.device)
        if made.returncode != 0 or quietly("mount", self.device, self.mount).returncode != 0:
            return False
        os.chmod(self.mount, 0o755)
        self.how = f"ext4 on a loop device, {self.direct_or_not()}, {allocated}"
        return True

    def make_image(self):
        self.image.unlink(missing_ok=True)
        with open(self.image, "wb") as file:
            if shutil.disk_usage(self.image.parent).free >= WANTED_BYTES + LEFT_BYTES:
                with contextlib.suppress(OSError):
                    os.posix_fallocate(file.fileno(), 0, WANTED_BYTES)
                    return f"{WANTED_BYTES // GIB} GiB preallocated"
            file.truncate(SPARSE_BYTES)
            return "sparse"

    def direct_or_not(self):
        """What the kernel says: a file system without direct I/O refuses it silently."""
        name = Path(self.device).name
        is_on = Path(f"/sys/block/{name}/loop/dio").read_text().strip() == "1"
        return "direct I/O" if is_on else "buffered I/O"

    def close(self):
        quietly("umount", self.mount)
        for line in quietly("losetup", "-j", self.image).stdout.splitlines():
            quietly("losetup", "-d", line.split(":")[0])
        self.image.unlink(missing_ok=True)


@contextlib.contextmanager
def workplace(given, direct=True):
    """(folder, what it lies on): the folder given, or one on a LoopDisk."""
    if given:
        folder = Path(given)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder, "a folder that was given"
        return
    machine.WORK.mkdir(parents=True, exist_ok=True)
    loop = LoopDisk(machine.WORK / "disk.img", machine.WORK / "disk", direct)
    try:
        if not loop.open():
            print("no file system of our own here: measuring in build/bench", file=sys.stderr)
        yield loop.mount, loop.how
    finally:
        loop.close()
