"""A disk that fails when told to, under the real program: builds faults.c and starts with it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """`action` at call number `index` of that kind; faults.c says which there are."""

    kind: str
    index: int
    action: str

    def __str__(self):
        return f"{self.kind}/{self.index}/{self.action}"

    @staticmethod
    def parse(text):
        kind, index, action = text.split("/")
        return Fault(kind, int(index), action)


@dataclass(frozen=True)
class Call:
    """One line of the trace. `path` begins behind the data folder."""

    kind: str
    index: int
    bytes: int
    path: str
    fired: bool


def build_shim(folder):
    shim = Path(folder) / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", shim, source],
                   check=True)
    return shim


class FaultyDisk:
    """The shim's settings for one run on `data`, and what it told about it."""

    def __init__(self, shim, data, trace, fault=None):
        self.trace = Path(trace)
        settings = {
            "LD_PRELOAD": shim, "FAULT_FOLDER": data, "FAULT_TRACE": trace,
            # The shim stands before the sanitizer on purpose. Looking for leaks at the end is
            # other suites' work and takes longer than all the rest of a run.
            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0",
        }
        if fault:
            settings.update({"FAULT_KIND": fault.kind, "FAULT_INDEX": fault.index,
                             "FAULT_ACTION": fault.action})
        self.prefix = ("env", *(f"{name}={value}" for name, value in settings.items()))

    def calls(self):
        for line in self.trace.read_text().splitlines() if self.trace.exists() else ():
            fired = line.startswith("FIRED ")
            kind, index, size, path = line.removeprefix("FIRED ").split(" ", 3)
            yield Call(kind, int(index), int(size), path, fired)

    def fired(self):
        return next((call for call in self.calls() if call.fired), None)
