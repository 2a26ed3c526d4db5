"""What is read: /healthz, and downloads, plain and over TLS."""

import subprocess

import servers
from figures import at_least
from rounds import Subject
from upload_cases import LARGE, SMALL

CONNECTIONS = (32, 256)


def timed(bench, server, **plan):
    figures = servers.drive(server.port, seconds=bench.seconds, tls=server.tls, **plan)
    server.agreed = figures["tls"]
    return figures["per_second"], figures["p99_us"] / 1000


def healthz(bench):
    rows = []
    with bench.cleared(), bench.tapedeck("healthz") as ours, bench.nginx("healthz") as peer:
        for connections in CONNECTIONS:
            how = {"connections": connections}
            rows.append(bench.compare(
                "GET /healthz", f"{connections} connections", "requests/s",
                lambda: timed(bench, ours, path="/healthz", **how),
                lambda: timed(bench, peer, path="/ok", **how),
                "nginx return 200", at_least(0.8),
            ))
    return rows


def download(bench, case, size, certificate=None):
    body = bytes(1024) * (size // 1024)
    name = f"down-{case}-{'tls' if certificate else 'plain'}"
    kind = ", TLS" if certificate else ""
    rounds_max = 3 if certificate and size == LARGE else None  # each ends when all 256 have it
    rows = []
    with bench.cleared(), bench.tapedeck(f"t-{name}", certificate=certificate) as ours:
        with bench.nginx(name, certificate=certificate) as peer:
            made = ours.call("PUT", "/api/v1/recordings/x.bin", data=body)
            (peer.root / "x.bin").write_bytes(body)
            for connections in CONNECTIONS:
                how = {"connections": connections}
                mine = Subject("ours", lambda: timed(
                    bench, ours, path=made["audio_url"], headers=[ours.auth], **how), "auth")
                theirs = Subject(
                    "nginx TLS" if certificate else "nginx sendfile",
                    lambda: timed(bench, peer, path="/x.bin", **how), "none", at_least(1.0))
                rows += bench.compare_all(f"download {case}{kind}", f"{connections} connections",
                                          "downloads/s", mine, [theirs], rounds_max)
            if ours.agreed != peer.agreed:
                raise RuntimeError(f"different ciphers: {ours.agreed}, {peer.agreed}")
            rows = [row | {"tls": ours.agreed} for row in rows]
    return rows


def make_certificate(folder):
    """(chain, key): ECDSA P-256, signed by itself; both servers have it."""
    chain, key = folder / "bench.pem", folder / "bench.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-days", "7", "-keyout", key, "-out", chain]
    subprocess.run(command, check=True, capture_output=True)
    return chain, key


def download_small(bench):
    return download(bench, "64 KiB", SMALL)


def download_large(bench):
    return download(bench, "100 MiB", LARGE)


def download_small_tls(bench):
    return download(bench, "64 KiB", SMALL, make_certificate(bench.folder))


def download_large_tls(bench):
    return download(bench, "100 MiB", LARGE, make_certificate(bench.folder))
