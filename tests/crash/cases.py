"""One case: a session on a disk that goes wrong once, then a restart and the checks. And many."""

import argparse
import contextlib
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engines"))

from faults import Fault, FaultyDisk, build_shim  # noqa: E402
from journeys import BEFORE, JOURNEYS, check  # noqa: E402
from model import Model  # noqa: E402
from server import Server  # noqa: E402
from session import Session  # noqa: E402

WORKERS = 2
MEMORY_FREE_MIN = 1 << 30
RESTART_SECONDS_MAX = 2.0
TRIES = 3  # for a case whose call did not come: the calls of two runs differ a little
# With a quota, so that live uploads reserve what they will need. Nothing is completed for its
# silence: how long a recording waits depends on how many cases come before.
SETTINGS = ("--free-bytes-min", "0", "--threads", "1", "--quota", "1GB",
            "--finish-minutes", "1440")
SANITIZER_WORDS = ("Sanitizer", "runtime error:")


MARK_BYTES = (64, 96)  # an entry of a volume's index, a record's header: "erased"


def is_erasure(calls, at):
    """Whether the sync at that place is one of a removed file's name, or of a mark in a volume."""
    if calls[at].kind == "fsync":
        return calls[at - 1].kind == "openat" and calls[at - 2].kind == "unlink"
    before = before_in_volume(calls, at)
    return before is not None and before.kind == "pwrite64" and before.bytes in MARK_BYTES


def is_seal(calls, at):
    """Whether it is that of an index, written behind records that are durable."""
    before = before_in_volume(calls, at)
    return before is not None and before.kind == "ftruncate"


def before_in_volume(calls, at):
    """What was done to the same volume before; other threads do other things meanwhile."""
    path = calls[at].path
    if not path.endswith(".volume"):
        return None
    return next((call for call in reversed(calls[:at]) if call.path == path), None)


@dataclass(frozen=True)
class Case:
    journey: str
    fault: Fault

    def __str__(self):
        return f"{self.journey}/{self.fault}"


@dataclass
class Outcome:
    case: Case
    problems: list = field(default_factory=list)
    reached: bool = False  # the fault happened
    restart_seconds: float = 0.0
    ended: str = ""  # how the session's process came to its end


class Ports:
    """Ports of ours outside the range that the kernel gives to outgoing connections: a port that
    is free one moment could be somebody's there the next."""

    def __init__(self):
        self.mutex = threading.Lock()
        self.given = set()

    def take(self):
        while True:
            port = random.SystemRandom().randrange(12_000, 32_000)
            with self.mutex, socket.socket() as probe:
                if port in self.given:
                    continue
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                self.given.add(port)
                return port


class Bench:
    """What all cases of a run share: the program, the shim, and the folders that journeys begin
    with."""

    def __init__(self, binary, folder):
        self.binary = str(Path(binary).resolve())
        self.folder = Path(os.path.realpath(folder))
        self.shim = build_shim(self.folder)
        self.ports = Ports()
        self.local = threading.local()
        self.numbers = iter(range(1, 1_000_000))
        self.mutex = threading.Lock()
        self.before = {journey: Model() for journey in BEFORE}
        for journey, model in self.before.items():
            self._make_before(journey, model)

    def _make_before(self, journey, model):
        server = self.server(self.folder_before(journey), self.folder / "before.log").start()
        session = Session(server, model)
        session.run(BEFORE[journey])
        server.kill()
        if session.problems or session.refusals:
            raise RuntimeError(f"without any fault: {session.problems} {session.refusals}")

    def folder_before(self, journey):
        return self.folder / f"before-{journey}"

    def server(self, data, log, prefix=()):
        if not hasattr(self.local, "port"):
            self.local.port = self.ports.take()
        return Server(self.binary, data, log, *SETTINGS, port=self.local.port, prefix=prefix)

    def place(self):
        with self.mutex:
            place = self.folder / str(next(self.numbers))
        place.mkdir()
        return place

    def begin(self, journey, place):
        """(data, model) as they are before that journey."""
        data = place / "data"
        if journey not in BEFORE:
            return data, Model()
        # Not the socket, nor the lock's holder: a killed server leaves both, and so they stay.
        shutil.copytree(self.folder_before(journey), data,
                        ignore=lambda folder, names: [n for n in names if n == "admin.sock"])
        data.chmod(0o700)
        return data, self.before[journey].copy()


def tail_of(log):
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""


class Run:
    """One journey on one folder."""

    def __init__(self, bench, case):
        self.bench, self.case = bench, case
        self.outcome = Outcome(case)
        self.place = bench.place()
        self.log = self.place / "log"
        self.data, self.model = bench.begin(case.journey, self.place)
        fault = case.fault if case.fault.kind != "time" else None
        self.fired_at_start = self.fired_in_session = False
        self.disk = FaultyDisk(bench.shim, self.data, self.place / "trace", fault)

    def problem(self, text):
        self.outcome.problems.append(text)

    def go(self):
        try:
            self.go_through()
            self.restart()
        finally:
            if not self.outcome.problems:
                shutil.rmtree(self.place, ignore_errors=True)
        return self.outcome

    def go_through(self):
        """The session, up to the end of its process."""
        server = self.bench.server(self.data, self.log, self.disk.prefix)
        session = None
        killer = self._killer(server)
        try:
            server.start()
            self._await_greeting(server)
            self.outcome.ended = "in the session"
            self.fired_at_start = self.disk.fired() is not None
            session = Session(server, self.model, self.disk)
            session.run(JOURNEYS[self.case.journey])
            self.outcome.problems += session.problems
            self._end(server)
        except RuntimeError as error:
            self._failed_start(server, error)
        finally:
            if killer:
                killer.cancel()
                killer.join()
            if server.process.poll() is None:
                server.kill()
        self._judge(server, session)

    def _await_greeting(self, server):
        """The doors are open a moment before the start is done, which may still fail."""
        deadline = time.monotonic() + 20
        while "Tapedeck serves" not in self.log.read_text(errors="replace"):
            if server.process.poll() is not None:
                raise RuntimeError("the start failed")
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not say that it serves")
            time.sleep(0.002)

    def _killer(self, server):
        """For a case at a time: kills after so many microseconds from the start of the process."""
        if self.case.fault.kind != "time":
            return None

        def kill():
            while server.process is None:
                time.sleep(0.0005)
            server.process.kill()
            self.outcome.reached = True
        timer = threading.Timer(self.case.fault.index / 1e6, kill)
        timer.start()
        return timer

    def _end(self, server):
        """SIGTERM, or SIGKILL for each second case whose fault is already behind it."""
        if server.process.poll() is not None:
            return
        self.outcome.ended = "by a signal of ours"
        self.fired_in_session = not self.fired_at_start and self.disk.fired() is not None
        if self.fired_in_session and self.case.fault.index % 2 == 0:
            server.kill()
            return
        try:
            server.stop()
        except RuntimeError as error:
            self.problem(f"stop: {error}")

    def _failed_start(self, server, error):
        if server.process.poll() is None:
            server.kill()
            self.problem(f"start: {error}")

    def _judge(self, server, session):
        fired = self.disk.fired()
        status = server.process.returncode
        self.outcome.reached |= fired is not None
        words = tail_of(self.log)
        is_kill = self.case.fault.action.startswith("kill")
        if self.outcome.ended == "in the session" and not is_kill:
            self.problem(f"the server ended by itself, with {status}: {words}")
        if self.outcome.ended == "by a signal of ours" and status not in (0, -signal.SIGKILL):
            self.problem(f"stopped with {status}: {words}")
        self.outcome.ended += f", status {status}"
        if any(word in words for word in SANITIZER_WORDS):
            self.problem(f"the sanitizer: {words}")
        if status < 0 and status != -signal.SIGKILL:
            self.problem(f"died of signal {-status}: {words}")
        if status > 0 and (is_kill or not fired):
            self.problem(f"ended with {status}: {words}")
        if session:
            self._judge_refusals(session.refusals, is_kill or not fired)

    def _judge_refusals(self, refusals, are_baseless):
        """One error refuses one step; more only when the catalog has stopped, or the disk stays
        as it is. A write or an open that was broken off is no error at all."""
        fault = self.case.fault
        if refusals and are_baseless:
            self.problem(f"refused without a reason: {refusals}")
        is_lasting = fault.action in ("full", "dead") or "catalog.stopped" in self.log.read_text()
        if len(refusals) > 1 and not is_lasting:
            self.problem(f"one error refused {len(refusals)} steps: {refusals}")
        is_none = fault.action == "short" or (
            fault.action == "EINTR" and fault.kind in ("write", "pwrite64", "openat"))
        if refusals and is_none:
            self.problem(f"a call that was to be repeated was told as an error: {refusals}")
        self._judge_silence()
        if self.fired_in_session and not fault.action.startswith("kill"):
            self._judge_failed_sync(refusals)

    def _judge_failed_sync(self, refusals):
        """What a failed sync should have made durable is not acknowledged, although it can be read:
        a power cut would take it. Erasing is free to leave garbage, and the sweep to try again."""
        calls = list(self.disk.calls())
        at = next(i for i, call in enumerate(calls) if call.fired)
        call = calls[at]
        if call.kind not in ("fsync", "fdatasync"):
            return
        is_erasing = is_erasure(calls, at) or is_seal(calls, at)
        is_sweeping = "sweep step failed" in self.log.read_text()
        is_free = is_erasing or is_sweeping
        if call.path.startswith("/blobs/") and not refusals and not is_free:
            self.problem(f"{call.kind} of {call.path} failed, and all was acknowledged")
        if call.path.startswith("/tapedeck.db") and (
                "catalog.stopped" not in self.log.read_text()):
            self.problem(f"{call.kind} of {call.path} failed, and the catalog went on")

    def _judge_silence(self):
        """After an I/O error of the catalog nothing more is written into it. On a dead disk it is
        only tried, until the first answer. SQLite opens its log for reading only when it cannot
        open it for writing, and stops at the first change: the start has then repeated the log."""
        if "catalog.stopped" not in self.log.read_text() or self.case.fault.action == "dead":
            return
        calls = list(self.disk.calls())
        at = next(i for i, call in enumerate(calls) if call.fired)
        if self.fired_at_start and calls[at].kind == "openat":
            syncs = (i for i in range(at, len(calls)) if calls[i].kind == "fdatasync")
            at = next(syncs, at)
        later = [f"{call.kind} {call.path}" for call in calls[at + 1:]
                 if call.path in ("/tapedeck.db", "/tapedeck.db-wal")
                 and call.kind in ("write", "pwrite64", "ftruncate", "unlink", "fdatasync")]
        if later:
            self.problem(f"the catalog stopped, and then came {len(later)} writes: {later[:5]}")

    def restart(self):
        server = self.bench.server(self.data, self.log)
        try:
            server.start()
            self.outcome.restart_seconds = server.start_seconds
            if server.start_seconds > RESTART_SECONDS_MAX:
                self.problem(f"the restart took {server.start_seconds:.1f} s")
            self.outcome.problems += check(server, self.model, self.data)
        except RuntimeError as error:
            self.problem(f"restart: {error}")
        finally:
            if server.process.poll() is None:
                server.kill()


def run_case(bench, case):
    for _ in range(TRIES):
        outcome = Run(bench, case).go()
        if outcome.reached or outcome.problems:
            break
        if case.fault.kind == "time":  # the machine is faster now than when it was measured
            sooner = replace(case.fault, index=case.fault.index // 2)
            case = replace(case, fault=sooner)
    return outcome


def undisturbed(bench, journey):
    """The calls of a run in which nothing goes wrong."""
    run = Run(bench, Case(journey, Fault("none", 0, "")))
    run.go_through()
    calls = list(run.disk.calls())
    run.restart()
    if run.outcome.problems:
        raise RuntimeError(f"without any fault: {run.outcome.problems}")
    return calls


def arguments_of(doc):
    arguments = argparse.ArgumentParser(description=doc)
    arguments.add_argument("binary")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--all", action="store_true", help="every case, not a sample")
    arguments.add_argument("--only", metavar="CASE", help="just that case")
    arguments.add_argument("--workers", type=int, default=WORKERS)
    return arguments


def run_all(bench, cases, workers):
    """The outcomes, in the order of the cases. After 20 failures the rest is left out."""
    failures = []

    def one(case):
        if len(failures) >= 20:
            return None
        outcome = run_case(bench, case)
        if outcome.problems:
            failures.append(outcome)
            tell(outcome)
        return outcome

    with ThreadPoolExecutor(workers) as pool:
        return [outcome for outcome in pool.map(one, cases) if outcome]


def tell(outcome):
    print(f"FAILED: {outcome.case} ({outcome.ended})")
    for problem in outcome.problems:
        print(f"    {problem}")
    print(f"    again: python3 {sys.argv[0]} {sys.argv[1]} --only {outcome.case}", flush=True)


def parse_case(text):
    journey, fault = text.split("/", 1)
    return Case(journey, Fault.parse(fault))


def finish(name, outcomes, planned, begun):
    """Prints the count; gives the exit status. A case whose call never came proves nothing: it is
    told, and counts as failed when there are more than a few."""
    failed = sum(bool(outcome.problems) for outcome in outcomes)
    missed = [outcome for outcome in outcomes if not outcome.reached and not outcome.problems]
    for outcome in missed:
        print(f"not reached: {outcome.case}")
    slowest = max((outcome.restart_seconds for outcome in outcomes), default=0)
    print(f"{name}: {len(outcomes)} of {planned} cases in {time.monotonic() - begun:.0f} s, "
          f"{len(missed)} not reached; the slowest restart took {slowest:.2f} s")
    passed = len(outcomes) - failed - len(missed)
    if len(missed) > max(2, planned // 50) or passed == 0:
        print("FAILED: too many cases never met their fault")
        failed += len(missed) or 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


@contextlib.contextmanager
def bench_in(binary):
    """A Bench in a temporary folder; in memory if there is room. No power is cut here, so nothing
    depends on a real disk but the time that its syncs take."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and (
        shutil.disk_usage(memory).free > MEMORY_FREE_MIN)
    with tempfile.TemporaryDirectory(prefix="tapedeck-faults-",
                                     dir=memory if roomy else None) as folder:
        yield Bench(binary, folder)
