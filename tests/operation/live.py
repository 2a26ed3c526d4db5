"""Listening to a recording while it is made."""

import http.client
import socket
import threading
import time

from stage import eventually

FOLLOW_SECONDS = 3  # from the recorder's mouth to the listener's ear
LAST_POSITION = 9007199254740991  # RFC 8673: so large that it means "as far as it goes"


class Recorder:
    """A body in chunks, piece by piece."""

    def __init__(self, stage, token):
        self.socket = socket.create_connection(("127.0.0.1", stage.port))
        self.socket.settimeout(30)
        self.socket.sendall(
            b"POST /api/v1/recordings?client_id=memo HTTP/1.1\r\nHost: a\r\n"
            b"Authorization: Bearer " + token.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
        )

    def send(self, piece):
        self.socket.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    def finish(self):
        self.socket.sendall(b"0\r\n\r\n")
        answer = http.client.HTTPResponse(self.socket)
        answer.begin()
        answer.read()
        return answer.status


class Listener(threading.Thread):
    """GET of the audio; when each byte was heard."""

    def __init__(self, stage, token, target, headers=None):
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
        fields = {"Authorization": f"Bearer {token}", **(headers or {})}
        self.connection.request("GET", target, headers=fields)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.heard = b""
        self.start()

    def run(self):
        while piece := self.response.read1(65536):
            self.heard += piece


def begin(stage):
    stage.serve()
    token = stage.add_user()
    recorder = Recorder(stage, token)
    recorder.send(b"first ")

    def listed():
        _, _, answer = stage.ask("GET", "/api/v1/recordings?client_id=memo", token=token)
        return answer.decode()

    answer = eventually(listed, lambda text: '"state":"recording"' in text, FOLLOW_SECONDS)
    recording = answer.split('"id":"')[1][:26]
    return token, recorder, f"/api/v1/recordings/{recording}/audio"


def wait_for(listener, heard):
    eventually(lambda: listener.heard, lambda bytes: bytes == heard, FOLLOW_SECONDS)


def a_listener_hears_a_recording_while_it_is_made(stage):
    token, recorder, audio = begin(stage)
    listener = Listener(stage, token, audio)
    assert listener.status == 200
    wait_for(listener, b"first ")
    recorder.send(b"second ")
    wait_for(listener, b"first second ")
    recorder.send(b"third")
    assert recorder.finish() == 201
    listener.join(FOLLOW_SECONDS)
    assert not listener.is_alive(), "the answer ends with the recording"
    assert listener.heard == b"first second third"


def listeners_join_where_they_want(stage):
    token, recorder, audio = begin(stage)
    late = Listener(stage, token, audio + "?from=live")
    from_three = Listener(stage, token, audio, {"Range": f"bytes=3-{LAST_POSITION}"})
    assert (late.status, from_three.status) == (200, 206)
    assert from_three.response.getheader("Content-Range") == f"bytes 3-{LAST_POSITION}/*"
    status, fields, piece = stage.ask("GET", audio, token=token, headers={"Range": "bytes=2-"})
    assert (status, fields["Content-Range"], piece) == (206, "bytes 2-5/*", b"rst ")
    recorder.send(b"second")
    assert recorder.finish() == 201
    for listener in (late, from_three):
        listener.join(FOLLOW_SECONDS)
    assert (late.heard, from_three.heard) == (b"second", b"st second")
    status, fields, piece = stage.ask("GET", audio, token=token, headers={"Range": "bytes=2-"})
    assert (status, fields["Content-Range"]) == (206, "bytes 2-11/12"), "complete, as any other"


def a_listener_that_does_not_take_its_bytes_delays_nobody(stage):
    token, recorder, audio = begin(stage)
    lazy = socket.create_connection(("127.0.0.1", stage.port))
    lazy.sendall(
        f"GET {audio} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    listener = Listener(stage, token, audio)
    piece = bytes(1_000_000)
    begun = time.monotonic()
    for _ in range(30):
        recorder.send(piece)
    assert recorder.finish() == 201
    listener.join(20)
    assert listener.heard == b"first " + 30 * piece
    assert time.monotonic() - begun < 20
    lazy.close()


TESTS = [
    a_listener_hears_a_recording_while_it_is_made,
    listeners_join_where_they_want,
    a_listener_that_does_not_take_its_bytes_delays_nobody,
]
