"""/metrics, on its own listener."""

import http.client
import json
import re
import socket

from stage import eventually, free_port

LINE = re.compile(r"^tapedeck_(\w+)(\{[^}]*\})? (\S+)$")


def serve(stage):
    port = free_port()
    stage.serve("--metrics-listen", f"127.0.0.1:{port}")
    return port


def scrape(port, target="/metrics"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.getheader("Content-Type"), response.read().decode()
    finally:
        connection.close()


def values(port):
    """{name{labels}: value}, without "tapedeck_"."""
    status, content_type, text = scrape(port)
    assert status == 200 and content_type.startswith("text/plain; version=0.0.4"), content_type
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = LINE.match(line)
        assert match, line
        found[match[1] + (match[2] or "")] = float(match[3])
    return found


def counters_tell_what_happened(stage):
    port = serve(stage)
    token = stage.add_user()
    body = b"x" * 10_000
    key = {"Idempotency-Key": '"once"'}
    status, _, made = stage.upload(token, body, key)
    assert status == 201, made
    status, headers, _ = stage.upload(token, body, key)
    assert (status, headers["Idempotency-Replayed"]) == (200, "true")
    status, _, played = stage.ask("GET", f"/api/v1/recordings/{json.loads(made)['id']}/audio",
                                  token=token)
    assert (status, played) == (200, body)
    assert stage.ask("GET", "/nothing-here")[0] == 404

    # An exchange is noted after its last byte has left: the client may be faster.
    seen = eventually(lambda: values(port),
                      lambda v: v.get('requests_total{method="GET",status="4xx"}') == 1)
    assert seen['requests_total{method="POST",status="2xx"}'] == 2, seen
    assert seen['requests_total{method="GET",status="2xx"}'] == 1, seen
    assert seen['request_seconds_count{method="POST"}'] == 2, seen
    assert seen['request_seconds_bucket{method="POST",le="+Inf"}'] == 2, seen
    assert seen["recordings_created_total"] == 1, "a replay made none"
    assert seen["received_bytes_total"] == 2 * len(body), seen
    assert seen["sent_bytes_total"] > len(body), seen
    assert seen["broken_exchanges_total"] == 0, seen
    for pool in ("disk", "passwords", "chores"):
        assert f'queue_length{{pool="{pool}"}}' in seen, seen
    for name in ("free_bytes", "resident_bytes", "open_files"):
        assert seen[name] > 0, (name, seen)
    version = stage.run("--version").stdout.split()[1]
    assert seen[f'build_info{{version="{version}"}}'] == 1, seen


def a_live_upload_counts_once(stage):
    port = serve(stage)
    token = stage.add_user()
    status, _, made = stage.upload(token, iter([b"a" * 100, b"b" * 100]))
    assert status == 201, made
    eventually(lambda: values(port), lambda v: v["received_bytes_total"] == 200)
    assert values(port)["recordings_created_total"] == 1


def sweeps_count_whoever_makes_them(stage):
    port = serve(stage)
    token = stage.add_user()
    # Nobody asks for the first one.
    first = eventually(lambda: values(port)["sweeps_total"], lambda count: count >= 1)
    made = json.loads(stage.upload(token, b"y" * 100)[2])
    target = f"/api/v1/recordings/{made['id']}"
    assert stage.ask("DELETE", target, token=token)[0] in (200, 204)
    stage.admin("sweep")
    after = values(port)
    assert after["sweeps_total"] == first + 1, after
    assert after["swept_recordings_total"] == 0, "its time in the trash is not over"
    assert after["sweep_failures_total"] == 0, after


def open_connections_are_a_gauge(stage):
    port = serve(stage)
    held = [socket.create_connection(("127.0.0.1", stage.port)) for _ in range(3)]
    eventually(lambda: values(port)["connections"], lambda count: count == 3)
    for connection in held:
        connection.close()
    eventually(lambda: values(port)["connections"], lambda count: count == 0)


def a_connection_that_breaks_is_counted(stage):
    port = serve(stage)
    token = stage.add_user()
    made = json.loads(stage.upload(token, bytes(20_000_000))[2])
    with socket.create_connection(("127.0.0.1", stage.port)) as listener:
        listener.sendall(
            f"GET /api/v1/recordings/{made['id']}/audio HTTP/1.1\r\nHost: a\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        assert listener.recv(1000).startswith(b"HTTP/1.1 200")
    eventually(lambda: values(port)["broken_exchanges_total"], lambda count: count == 1)
    assert values(port)["connections"] == 0


def only_its_own_listener_shows_them(stage):
    port = serve(stage)
    assert stage.ask("GET", "/metrics")[0] == 404
    assert scrape(port, "/api/v1/recordings")[0] == 404


TESTS = [
    counters_tell_what_happened,
    a_live_upload_counts_once,
    sweeps_count_whoever_makes_them,
    open_connections_are_a_gauge,
    a_connection_that_breaks_is_counted,
    only_its_own_listener_shows_them,
]
