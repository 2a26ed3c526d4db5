"""Tapedeck on Ceph (S3) and dynalite (DynamoDB), beside a bare S3 client on the same Ceph."""

import contextlib
import json
import os
import re
import subprocess

import machine
import servers
from rounds import Subject

SIZE = 64 * 1024
CONNECTIONS = 32
BARE = "a bare S3 client, the same objects"
INSTALL = """
. cmake/packages.sh; . tests/engines/node.sh; . tests/engines/dynalite.sh
need_packages $(cloud_test_packages) && need_node && need_dynalite
"""
DYNALITE = """
. cmake/packages.sh; . tests/engines/node.sh; . tests/engines/dynalite.sh
need_node >&2; start_dynalite >&2; echo "$TEST_DYNAMODB"; read -r _
"""


def install():
    """Ceph from Debian and dynalite from npm, where they are missing. It needs the network, which
    the cases do not have; what becomes of it, why_not() tells."""
    subprocess.run(["bash", "-c", INSTALL], cwd=machine.ROOT, stdout=subprocess.DEVNULL)


def why_not():
    installed = machine.ROOT / "build" / "engines" / "dynalite" / "installed"
    return None if installed.exists() else "its engines could not be installed: see `./test cloud`"


@contextlib.contextmanager
def engines():
    """The settings of a server on engines of its own."""
    script = machine.ROOT / "tests" / "engines" / "ceph.sh"
    env = os.environ | {"CEPH_HOME": str(machine.WORK / "ceph")}
    dynalite = subprocess.Popen(["bash", "-c", DYNALITE], cwd=machine.ROOT, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        up = subprocess.run([script, "up"], env=env, check=True, capture_output=True, text=True)
        with open(up.stdout.strip()) as file:
            found = dict(re.findall(r"export (\w+)=(\S+)", file.read()))
        s3 = found.pop("TEST_S3_ENDPOINT")  # no variable for a server
        os.environ.update(found)
        yield {
            "catalog": "dynamo", "blobs": "s3", "s3-bucket": "bench",
            "s3-endpoint": s3,
            "dynamo-endpoint": dynalite.stdout.readline().strip(),
        }
    finally:
        dynalite.stdin.close()
        dynalite.wait()
        subprocess.run([script, "down"], env=env, check=True)


def tapedeck(bench, name, stores, **more):
    options = [part for k, v in (stores | more).items() for part in (f"--{k}", v)]
    subprocess.run([machine.BUILD / "tapedeck", "storage", "init", *options], check=True,
                   stdout=bench.log, stderr=bench.log)
    return servers.Tapedeck(bench.folder_of(name), bench.log, options=options)


def bare(bench, stores, **plan):
    command = [machine.BUILD / "bench" / "tapedeck_bare_s3", "--bucket", stores["s3-bucket"]]
    command += ["--endpoint", stores["s3-endpoint"], "--seconds", bench.seconds]
    for name, value in plan.items():
        command += [f"--{name}", value]
    out = subprocess.run(machine.pinned(machine.CLIENT_CORE, command), capture_output=True,
                         text=True)
    if out.returncode != 0:
        raise SystemExit(f"the bare client failed: {out.stderr.strip()}")
    return json.loads(out.stdout)


def uploads(bench, server, stores):
    def ours():
        plan = server.upload_plan(SIZE)
        figures = servers.drive(server.port, **plan, connections=CONNECTIONS, seconds=bench.seconds)
        return figures["per_second"], figures["p99_us"] / 1000

    def theirs():
        figures = bare(bench, stores, connections=CONNECTIONS)
        return figures["per_second"], figures["p99_us"] / 1000

    metric = f"{CONNECTIONS} connections"
    mine = Subject("ours", ours, "in S3, auth, row in DynamoDB")
    peer = Subject(BARE, theirs, "in S3")
    return bench.compare_all("cloud, upload 64 KiB", metric, "uploads/s", mine, [peer])


def playback(bench, server, redirecting, stores):
    made = server.call("PUT", "/api/v1/recordings/x.bin", data=bytes(SIZE))
    place = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{redirect_url}", "-H", redirecting.auth,
         f"http://127.0.0.1:{redirecting.port}{made['audio_url']}"],
        check=True, capture_output=True, text=True).stdout
    name = re.search(r"/(blobs/[^?]+)\?", place).group(1)
    theirs = lambda: bare(bench, stores, connections=CONNECTIONS, object=name)["per_second"]

    def through():
        return servers.drive(server.port, path=made["audio_url"], headers=[server.auth],
                             connections=CONNECTIONS, seconds=bench.seconds)["per_second"]

    def redirected():
        return bare(bench, stores, connections=CONNECTIONS, path=made["audio_url"],
                    server=f"http://127.0.0.1:{redirecting.port}",
                    authorization=f"Bearer {redirecting.token}")["per_second"]

    metric = f"{CONNECTIONS} connections"
    return [
        bench.compare("cloud, play 64 KiB through us", metric, "downloads/s", through, theirs,
                      BARE),
        bench.compare("cloud, play 64 KiB by redirect", metric, "downloads/s", redirected, theirs,
                      BARE),
    ]


def fill(stores, table, count):
    subprocess.run([machine.BUILD / "bench" / "tapedeck_fill_table", "--table", table,
                    "--endpoint", stores["dynamo-endpoint"], "--username", "bench",
                    "--count", str(count)], check=True)


def lists(bench, stores):
    few, many = 1_000, 5_000 if bench.quick else 100_000

    def page_us(server):
        figures = servers.drive(server.port, path="/api/v1/recordings?limit=50",
                                headers=[server.auth], connections=8, seconds=bench.seconds)
        return figures["seconds"] * 8 / figures["requests"] * 1e6

    def listing(count):
        name = f"list{count}"
        more = {"s3-bucket": f"bench-{name}", "dynamo-table": name}
        return tapedeck(bench, f"cloud-{name}", stores, **more)

    with listing(few) as small, listing(many) as big:
        for server, count in ((small, few), (big, many)):
            fill(stores, f"list{count}", count)
        return [bench.compare(f"cloud, list page of 50 among {many:,}",
                              "8 connections, time per page", "µs", lambda: page_us(big),
                              lambda: page_us(small), f"the same among {few:,}")]


def cloud(bench):
    with engines() as stores:
        with tapedeck(bench, "cloud", stores) as server:
            with tapedeck_beside(bench, server, stores) as redirecting:
                rows = uploads(bench, server, stores)
                rows += playback(bench, server, redirecting, stores)
        return rows + lists(bench, stores)


def tapedeck_beside(bench, server, stores):
    """Another server on the same stores that sends players to S3."""
    options = [part for k, v in stores.items() for part in (f"--{k}", v)]
    return servers.Tapedeck(bench.folder_of("cloud-redirect"), bench.log, server.token,
                            options=[*options, "--playback", "redirect"])
