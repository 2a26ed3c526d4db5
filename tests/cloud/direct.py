"""Long recordings that go straight to the bucket: the command line, and browsers' calls."""

import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

from cloud_stage import S3, second_server
from stage import eventually

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from proxy import Proxy  # noqa: E402

MIB = 1 << 20
PART = 16 * MIB


def make_file(stage, name, size):
    """A file that has no two parts alike; its path and SHA-256."""
    path = stage.path(name)
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        for begin in range(0, size, MIB):
            block = hashlib.sha256(f"{name} {begin}".encode()).digest() * (MIB // 32)
            block = block[:min(MIB, size - begin)]
            file.write(block)
            digest.update(block)
    return path, digest.hexdigest()


def client(stage, token, *arguments, code=0):
    env = {"TAPEDECK_SERVER": stage.url, "TAPEDECK_TOKEN": token}
    done = stage.run(*arguments, "--json", env=env, code=code)
    return json.loads(done.stdout) if done.stdout else None


def start_upload(stage, token, path):
    env = {**stage.env, "TAPEDECK_SERVER": stage.url, "TAPEDECK_TOKEN": token}
    return subprocess.Popen([stage.program, "upload", path, "--json"], env=env,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def digest_of_audio(stage, token, recording):
    connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=60)
    connection.request("GET", f"/api/v1/recordings/{recording}/audio",
                       headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    assert response.status == 200, response.status
    digest = hashlib.sha256()
    while block := response.read(MIB):
        digest.update(block)
    connection.close()
    return digest.hexdigest()


def put(url, body):
    """What a browser does with a part's URL; the status and the ETag."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("PUT", f"{parts.path}?{parts.query}", body=body)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers["ETag"]


def post(stage, target, body, token=None):
    status, headers, text = stage.ask("POST", target, json.dumps(body), token,
                                      {"Content-Type": "application/json"})
    return status, headers, json.loads(text)


def complete(stage, upload, body):
    """Asks until the server is done."""
    while True:
        status, headers, answer = post(stage, f"{upload}/complete", body)
        if status == 201:
            return answer
        assert status == 202 and headers["Retry-After"] and not answer["complete"], answer


def upload_goes_straight_to_the_bucket_when_the_server_wants_it(stage):
    stage.init()
    stage.serve("--direct-from-bytes", "20MiB")
    token = stage.add_user()
    size = 50 * MIB + 17
    path, digest = make_file(stage, "long.wav", size)
    recording = client(stage, token, "upload", path, "--title", "Long")
    assert recording["sha256"] == digest and recording["title"] == "Long", recording
    assert recording["sent_bytes"] == size and not recording["replayed"], recording
    assert len(stage.objects()) == 1, stage.objects()
    assert digest_of_audio(stage, token, recording["id"]) == digest
    assert "/complete" in stage.log(), "not sent that way"

    again = client(stage, token, "upload", path, "--title", "Long")
    assert again["id"] == recording["id"] and again["replayed"], again
    assert again["sent_bytes"] == 0, again
    short, digest = make_file(stage, "short.wav", 5 * MIB)
    before = stage.log().count("/complete")
    recording = client(stage, token, "upload", short)
    assert recording["sha256"] == digest, recording
    assert stage.log().count("/complete") == before, "it is short: by tus"


def a_killed_upload_sends_only_what_the_bucket_lacks(stage):
    stage.init()
    size = 10 * PART
    path, digest = make_file(stage, "long.wav", size)
    with Proxy(urlsplit(S3).port) as proxy:
        stage.stores["s3-endpoint"] = proxy.url
        stage.serve("--direct-from-bytes", "20MiB")
        token = stage.add_user()
        proxy.stall_at = proxy.taken + 6 * PART + PART // 2
        running = start_upload(stage, token, path)
        proxy.wait_until_stalled()
        running.send_signal(signal.SIGKILL)
        running.communicate()
        proxy.go_on()
        recording = client(stage, token, "upload", path)
    assert recording["sha256"] == digest, recording
    assert 0 < recording["sent_bytes"] <= size - 2 * PART, recording
    assert recording["sent_bytes"] % PART == 0, recording
    assert digest_of_audio(stage, token, recording["id"]) == digest
    assert len(stage.objects()) == 1, stage.objects()


def a_network_that_breaks_and_a_server_that_is_killed_are_waited_out(stage):
    stage.init()
    size = 6 * PART
    path, digest = make_file(stage, "long.wav", size)
    with Proxy(urlsplit(S3).port) as proxy:
        stage.stores["s3-endpoint"] = proxy.url
        stage.serve("--direct-from-bytes", "20MiB")
        token = stage.add_user()
        port = stage.port
        proxy.stall_at = proxy.taken + PART + PART // 2
        running = start_upload(stage, token, path)
        proxy.wait_until_stalled()
        stage.kill()
        proxy.cut_after = PART + PART // 2  # of the connections that carry a second part
        proxy.go_on()
        eventually(lambda: running.poll() is not None or proxy.cuts > 0, bool)
        proxy.cut_after = None
        stage.serve("--direct-from-bytes", "20MiB", listen=f"127.0.0.1:{port}")
        said, notes = running.communicate(timeout=120)
    assert running.returncode == 0, notes.decode()
    recording = json.loads(said)
    assert recording["sha256"] == digest, recording
    assert digest_of_audio(stage, token, recording["id"]) == digest


def a_file_that_changes_while_it_is_sent_is_not_kept(stage):
    stage.init()
    path, _ = make_file(stage, "long.wav", 3 * PART)
    with Proxy(urlsplit(S3).port) as proxy:
        stage.stores["s3-endpoint"] = proxy.url
        stage.serve("--direct-from-bytes", "20MiB")
        token = stage.add_user()
        proxy.stall_at = proxy.taken + PART // 2
        running = start_upload(stage, token, path)
        proxy.wait_until_stalled()
        with open(path, "r+b") as file:
            file.seek(3 * PART - 100)  # far behind what was sent
            file.write(b"changed")
        proxy.go_on()
        said, notes = running.communicate(timeout=120)
    assert running.returncode == 1, said
    assert b"changed while it was sent" in notes, notes
    assert stage.objects() == [], stage.objects()


def parts_go_by_any_client_and_two_servers_complete_them(stage):
    stage.init()
    stage.serve("--direct-from-bytes", "20MiB")
    other = second_server(stage)
    try:
        other.serve()
        token = stage.add_user()
        body = os.urandom(PART + 1_000)
        status, headers, begun = post(stage, "/api/v1/uploads",
                                      {"mode": "direct", "length": len(body)}, token)
        assert status == 201, begun
        upload = headers["Location"]
        named = []
        for part in begun["parts"]:
            piece = body[part["offset"]:part["offset"] + part["bytes"]]
            assert put(part["url"], piece[:-1])[0] == 403, "not all of it"
            assert put(part["url"].replace("partNumber=1", "partNumber=3"), piece)[0] == 403 or \
                part["number"] != 1
            status, etag = put(part["url"], piece)
            assert status == 200, part
            named.append({"number": part["number"], "etag": etag})
        wrong = [{**named[0], "etag": named[1]["etag"]}, named[1]]
        status, _, refused = post(other, f"{upload}/complete", {"parts": wrong})
        assert status == 409, refused
        digest = hashlib.sha256(body).hexdigest()
        for server in (other, stage, other):
            recording = complete(server, upload, {"parts": named, "sha256": digest})
            assert recording["sha256"] == digest, recording
        status, _ = put(begun["parts"][0]["url"], body[:PART])
        assert status == 404, "the upload is over"
        assert digest_of_audio(other, token, recording["id"]) == digest
    finally:
        other.stop()


TESTS = [
    upload_goes_straight_to_the_bucket_when_the_server_wants_it,
    a_killed_upload_sends_only_what_the_bucket_lacks,
    a_network_that_breaks_and_a_server_that_is_killed_are_waited_out,
    a_file_that_changes_while_it_is_sent_is_not_kept,
    parts_go_by_any_client_and_two_servers_complete_them,
]
