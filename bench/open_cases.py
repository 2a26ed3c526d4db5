"""Open loops: requests are due by a schedule, and late is late, whoever's fault it is."""

import servers
from rounds import Subject, synced
from serve_cases import timed
from upload_cases import SMALL

CONNECTIONS = 256  # that a request which is due can take
QUANTILES = ("p50_us", "p75_us", "p90_us", "p99_us", "p999_us", "p9999_us", "max_us")


def compare(bench, case, ours, peer, plans, capacity, after):
    """Both at half of what the peer answers in a closed loop of 32 connections. `after`: what is
    called with the server after each round."""
    rate = round(capacity / 2)
    seen = {"ours": [], "peer": []}

    def run(who, server):
        synced()
        figures = servers.drive(server.port, **plans[who], connections=CONNECTIONS, rate=rate,
                                seconds=bench.seconds)
        after(server)
        seen[who].append({name: figures[name] / 1000 for name in QUANTILES})
        return figures["p99_us"] / 1000

    mine = Subject("ours", lambda: run("ours", ours), ours.GUARANTEES)
    theirs = Subject(peer.NAME, lambda: run("peer", peer), peer.GUARANTEES)
    metric = f"p99 at {rate:,} a second, half of nginx's"
    [row] = bench.compare_all(case, metric, "ms", mine, [theirs])
    return [row | {"quantiles_ms": seen}]


def open_upload(bench):
    with bench.cleared(), bench.tapedeck("open-t") as ours, bench.nginx("open") as peer:
        plans = {"ours": ours.upload_plan(SMALL), "peer": peer.upload_plan(SMALL)}
        synced()
        capacity, _ = timed(bench, peer, connections=32, **plans["peer"])
        peer.drop_uploads()
        return compare(bench, "upload 64 KiB, open loop", ours, peer, plans, capacity,
                       lambda server: server.drop_uploads())


def open_download(bench):
    body = bytes(SMALL)
    with bench.cleared(), bench.tapedeck("open-down-t") as ours, bench.nginx("open-down") as peer:
        made = ours.call("PUT", "/api/v1/recordings/x.bin", data=body)
        (peer.root / "x.bin").write_bytes(body)
        plans = {"ours": {"path": made["audio_url"], "headers": [ours.auth]},
                 "peer": {"path": "/x.bin"}}
        capacity, _ = timed(bench, peer, connections=32, **plans["peer"])
        [row] = compare(bench, "download 64 KiB, open loop", ours, peer, plans, capacity,
                        lambda _: None)
        return [row | {"guarantees": "auth", "peer": "nginx sendfile", "peer_guarantees": "none"}]
