"""Rounds that are interleaved: ours, theirs, ours, … and the medians of them."""

import contextlib
import os
import shutil
import subprocess
import sys

import machine
import noise
import peers
import servers
from figures import row


class Subject:
    """What is measured. `run` gives a number, or (number, p99 in milliseconds)."""

    def __init__(self, name, run, guarantees="", goal=None):
        self.name, self.run, self.guarantees, self.goal = name, run, guarantees, goal


class Bench:
    """What cases are given."""

    def __init__(self, folder, rounds, quick, peer_names=peers.DEFAULT):
        self.folder, self.rounds, self.quick, self.peer_names = folder, rounds, quick, peer_names
        self.watch = noise.Watch()
        self.log = (
            open(machine.WORK / "servers.log", "ab")
            if machine.WORK.exists()
            else subprocess.DEVNULL
        )
        self.seconds = 0.5 if quick else 4

    def folder_of(self, name):
        return self.folder / name.replace(" ", "-")

    def tapedeck(self, name, token=None, **more):
        return servers.Tapedeck(self.folder_of(name), self.log, token, **more)

    def peer(self, key, name, **more):
        folder = self.folder_of(f"{name}-{key}")
        folder.mkdir(exist_ok=True)
        return peers.ALL[key](folder, self.log, **more)

    def nginx(self, name, **more):
        return self.peer("nginx", name, **more)

    @contextlib.contextmanager
    def all_peers(self, name, keys):
        """Those of `keys` that were asked for and can start: key -> server."""
        with contextlib.ExitStack() as stack:
            started = {}
            for key in keys:
                if key not in self.peer_names:
                    continue
                try:
                    started[key] = stack.enter_context(self.peer(key, name))
                except (Exception, SystemExit) as error:  # the others are measured
                    print(f"  {key} is left out: {error}", file=sys.stderr)
            yield started

    @contextlib.contextmanager
    def cleared(self):
        """The stores of a case are gone after it: the disk is not big enough for all."""
        try:
            yield
        finally:
            if self.folder.name == "disk":
                for child in self.folder.iterdir():
                    shutil.rmtree(child, ignore_errors=True)

    def measure(self, subjects, rounds):
        """name -> figures of each round, and why rounds were noisy."""
        figures, why = {subject.name: [] for subject in subjects}, []
        for _ in range(rounds):
            with self.watch.round() as watched:
                for subject in subjects:
                    found = subject.run()
                    pair = found if isinstance(found, tuple) else (found, None)
                    figures[subject.name].append(pair)
            why.append(watched.why)
        return figures, why

    def compare_all(self, case, metric, unit, ours, theirs, rounds_max=None):
        """A row for each peer; all were measured in the same rounds."""
        figures, why = self.measure([ours, *theirs], min(self.rounds, rounds_max or self.rounds))
        pick = lambda name, which: [p[which] for p in figures[name] if p[which] is not None]
        return [
            row(case, metric, unit, pick(ours.name, 0), pick(peer.name, 0), peer.name, peer.goal,
                (ours.guarantees, peer.guarantees), (pick(ours.name, 1), pick(peer.name, 1)), why)
            for peer in theirs
        ]

    def compare(self, case, metric, unit, ours, peer, peer_name, goal=None):
        peer = Subject(peer_name, peer, goal=goal)
        return self.compare_all(case, metric, unit, Subject("ours", ours), [peer])[0]


def synced():
    """Nobody's sync pays for bytes that somebody else left in the page cache."""
    os.sync()
