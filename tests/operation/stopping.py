"""SIGTERM while there is something to do."""

import http.client
import json
import socket
import subprocess
import threading

import metrics
from stage import STOP_SECONDS, eventually


def post_head(token, framing):
    return (
        "POST /api/v1/recordings?filename=a.bin HTTP/1.1\r\nHost: a\r\n"
        f"Authorization: Bearer {token}\r\nExpect: 100-continue\r\n{framing}\r\n\r\n"
    ).encode()


def begin_upload(stage, token, framing, first):
    """Returns when the server has begun to read the body."""
    connection = socket.create_connection(("127.0.0.1", stage.port))
    connection.settimeout(30)
    connection.sendall(post_head(token, framing))
    heard = b""
    while not heard.endswith(b"HTTP/1.1 100 Continue\r\n\r\n"):  # a 103 comes before it
        piece = connection.recv(1000)
        assert piece, heard
        heard += piece
    connection.sendall(first)
    return connection


def read_answer(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.getheader("Connection"), response.read()


def wait_until_it_stops(stage):
    stage.server.terminate()
    eventually(stage.log, lambda log: "stopping" in log)


def ended_well(stage, at_most=STOP_SECONDS):
    status, seconds = stage.stop()
    assert status == 0, (status, stage.log())
    assert seconds < at_most, f"it took {seconds:.1f} s"


def an_idle_connection_does_not_hold_it(stage):
    metrics_port = metrics.serve(stage)
    idle = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
    assert stage.ask("GET", "/healthz", connection=idle)[0] == 200
    silent = socket.create_connection(("127.0.0.1", stage.port))
    # Accepted: the kernel resets those that are not.
    eventually(lambda: metrics.values(metrics_port)["connections"], lambda count: count == 2)
    ended_well(stage, at_most=5)
    assert idle.sock.recv(10) == b""
    assert silent.recv(10) == b""


def a_request_under_way_is_answered(stage):
    stage.serve()
    token = stage.add_user()
    half = b"h" * 100_000
    upload = begin_upload(stage, token, f"Content-Length: {2 * len(half)}", half)
    wait_until_it_stops(stage)
    upload.sendall(half)
    status, connection, body = read_answer(upload)
    assert (status, connection) == (201, "close"), (status, connection, body)
    ended_well(stage)
    stage.serve()
    made = json.loads(body)
    kept = stage.ask("GET", f"/api/v1/recordings/{made['id']}/audio", token=token)
    assert (kept[0], kept[2]) == (200, 2 * half)


def a_silent_live_upload_does_not_hold_it(stage):
    stage.serve()
    token = stage.add_user()
    upload = begin_upload(stage, token, "Transfer-Encoding: chunked", b"5\r\nhello\r\n")
    ended_well(stage)
    # It was not told that the recording is complete; what arrived is kept, and can go on.
    answer = upload.recv(1000)
    assert not answer.startswith(b"HTTP/1.1 2"), answer
    stage.serve()
    items = json.loads(stage.ask("GET", "/api/v1/recordings", token=token)[2])["items"]
    assert [(item["state"], item["size"]) for item in items] == [("recording", 5)], items


def all_of_them_at_once(stage):
    stage.serve()
    token = stage.add_user()
    idle = [socket.create_connection(("127.0.0.1", stage.port)) for _ in range(20)]
    silent = begin_upload(stage, token, "Transfer-Encoding: chunked", b"5\r\nhello\r\n")
    stalled = begin_upload(stage, token, "Content-Length: 1000", b"never more")
    upload = begin_upload(stage, token, "Content-Length: 10", b"01234")
    wait_until_it_stops(stage)
    upload.sendall(b"56789")
    assert read_answer(upload)[0] == 201
    ended_well(stage)
    for connection in (*idle, silent, stalled, upload):
        connection.close()


def new_connections_are_refused_while_it_stops(stage):
    stage.serve()
    token = stage.add_user()
    upload = begin_upload(stage, token, "Content-Length: 10", b"01234")
    wait_until_it_stops(stage)

    def is_refused():
        try:
            socket.create_connection(("127.0.0.1", stage.port), 5).close()
            return False
        except ConnectionRefusedError:
            return True

    eventually(is_refused, bool, seconds=5)
    upload.close()
    ended_well(stage)


def an_interrupt_on_the_terminal_is_the_same(stage):
    stage.serve()
    stage.server.send_signal(2)
    assert stage.server.wait(STOP_SECONDS) == 0
    stage.server = None
    assert "stopped" in stage.log()


def a_verification_under_way_ends_with_the_server(stage):
    stage.serve()
    token = stage.add_user()
    for _ in range(3):
        assert stage.upload(token, b"v" * 30_000_000)[0] == 201
    verify = subprocess.Popen(
        [stage.program, "verify", "--data", stage.data, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stage.env,
    )
    first = verify.stdout.readline()
    assert "progress" in json.loads(first), first
    said = []
    reader = threading.Thread(target=lambda: said.extend(verify.communicate()))
    reader.start()
    ended_well(stage)
    reader.join(30)
    # It may just have been done; else it says that it was not.
    assert verify.returncode == 0 if '"done"' in said[0] else verify.returncode == 1, said


TESTS = [
    an_idle_connection_does_not_hold_it,
    a_request_under_way_is_answered,
    a_silent_live_upload_does_not_hold_it,
    all_of_them_at_once,
    new_connections_are_refused_while_it_stops,
    an_interrupt_on_the_terminal_is_the_same,
    a_verification_under_way_ends_with_the_server,
]
