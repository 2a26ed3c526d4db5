"""Uploads as fast as they are acknowledged, by an authenticated user and listed afterwards; of the
peers what is nearest to that, and what it guarantees."""

import servers
from figures import at_least
from rounds import Subject, synced

SMALL, LARGE = 64 * 1024, 100 * 1024 * 1024
GOALS_64K = {"nginx": at_least(1.5), "tus": at_least(10), "tusd": at_least(10),
             "pocketbase": at_least(10), "parse": at_least(10)}


def subject(server, size, figure, goal, **plan):
    def run():
        synced()
        figures = servers.drive(server.port, **server.upload_plan(size), **plan)
        server.drop_uploads()
        return figures[figure], figures["p99_us"] / 1000

    return Subject(server.NAME, run, server.GUARANTEES, goal)


def upload(bench, case, size, connections, goals, unit, figure, **plan):
    name = f"{case} {connections}"
    with bench.cleared(), bench.tapedeck(f"t-{name}") as ours:
        with bench.all_peers(name, goals) as started:
            plan["connections"] = connections
            return bench.compare_all(
                f"upload {case}", f"{connections} connections", unit,
                subject(ours, size, figure, None, **plan),
                [subject(server, size, figure, goals[key], **plan)
                 for key, server in started.items()],
            )


def upload_small(bench):
    rows = []
    for connections in (32, 256):
        rows += upload(bench, "64 KiB", SMALL, connections, GOALS_64K, "uploads/s", "per_second",
                       seconds=bench.seconds)
    return rows


def upload_large(bench):
    rows = []
    for connections in (2, 8):
        rows += upload(bench, "100 MiB", LARGE, connections, {"nginx": at_least(1.2)}, "MiB/s",
                       "sent_mib_per_second", requests=2 if bench.quick else 12)
    return rows
