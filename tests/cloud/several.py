"""Two servers over one bucket and one table: they race, and agree."""

import hashlib
import http.client
import json
import threading

from cloud_stage import second_server
from stage import eventually


def two_servers(stage):
    stage.init()
    stage.serve("--signup", "open")
    other = second_server(stage)
    other.serve("--signup", "open")
    return other


def with_both(test):
    def run(stage):
        other = two_servers(stage)
        try:
            test(stage, other)
        finally:
            other.stop()
    run.__name__ = test.__name__
    return run


def at_once(*jobs):
    """Runs each on a thread of its own; their values, in order."""
    values = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(number, job):
        start.wait()
        values[number] = job()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return values


def tus(stage, method, target, token=None, body=None, **fields):
    headers = {"Tus-Resumable": "1.0.0", **{k.replace("_", "-"): v for k, v in fields.items()}}
    return stage.ask(method, target, body, token, headers)


@with_both
def one_upload_through_two_servers_is_whole(stage, other):
    token = stage.add_user()
    content = bytes(range(256)) * 400
    status, headers, _ = tus(stage, "POST", "/api/v1/uploads", token,
                             Upload_Length=str(len(content)))
    assert status == 201
    place = headers["Location"]
    offset, wins, conflicts = 0, 0, 0
    while offset < len(content):
        piece = content[offset:offset + 10_000]
        answers = at_once(*[
            lambda server=server: tus(server, "PATCH", place, token, piece,
                                      Upload_Offset=str(offset),
                                      Content_Type="application/offset+octet-stream")
            for server in (stage, other)])
        statuses = sorted(answer[0] for answer in answers)
        assert statuses[0] == 204 and statuses[1] in (204, 409, 423), statuses
        wins += statuses.count(204)
        conflicts += len(statuses) - statuses.count(204)
        heads = [tus(server, "HEAD", place, token)[1]["Upload-Offset"] for server in (stage, other)]
        assert heads[0] == heads[1] and int(heads[0]) == offset + len(piece), heads
        offset += len(piece)
    items = json.loads(other.ask("GET", "/api/v1/recordings", token=token)[2])["items"]
    assert len(items) == 1 and items[0]["sha256"] == hashlib.sha256(content).hexdigest(), items
    heard = other.ask("GET", f"/api/v1/recordings/{items[0]['id']}/audio", token=token)[2]
    assert heard == content
    assert conflicts > 0 and wins + conflicts == 2 * -(-len(content) // 10_000)


@with_both
def a_repeated_create_is_one_recording_whoever_hears_it(stage, other):
    token = stage.add_user()
    for number in range(10):
        fields = {"Idempotency-Key": f'"{number}"'}
        answers = at_once(*[lambda server=server: server.upload(token, b"b" * 5000, fields)
                            for server in (stage, other, stage, other)])
        good = [json.loads(body)["id"] for status, _, body in answers if status in (200, 201)]
        assert good and len(set(good)) == 1, answers
        assert all(status in (200, 201, 409, 423) for status, _, _ in answers), answers
    lists = [json.loads(server.ask("GET", "/api/v1/recordings", token=token)[2])["items"]
             for server in (stage, other)]
    assert len(lists[0]) == 10 and lists[0] == lists[1]
    used = json.loads(other.ask("GET", "/api/v1/users/me", token=token)[2])
    assert used["used_bytes"] == 50_000 and used["reserved_bytes"] == 0, used


@with_both
def a_list_has_what_the_other_server_took_and_dropped_at_once(stage, other):
    token = stage.add_user()
    for server, reader in [(stage, other), (other, stage)] * 3:
        made = json.loads(server.upload(token, b"c" * 100)[2])["id"]
        seen = json.loads(reader.ask("GET", "/api/v1/recordings", token=token)[2])["items"]
        assert made in [item["id"] for item in seen]
        assert server.ask("DELETE", f"/api/v1/recordings/{made}", token=token)[0] == 204
        seen = json.loads(reader.ask("GET", "/api/v1/recordings", token=token)[2])["items"]
        assert made not in [item["id"] for item in seen]


@with_both
def a_token_that_one_server_revokes_is_dead_at_the_other(stage, other):
    keeper = stage.add_user()
    for _ in range(5):
        body = json.dumps({"name": "phone", "scopes": ["read", "write", "capture"]})
        status, _, made = stage.ask("POST", "/api/v1/tokens", body, keeper,
                                    {"Content-Type": "application/json"})
        assert status == 201, made
        made = json.loads(made)
        secret, number = made["token"], made["id"]
        assert other.ask("GET", "/api/v1/recordings", token=secret)[0] == 200
        assert stage.ask("DELETE", f"/api/v1/tokens/{number}", token=keeper)[0] == 204
        assert other.ask("GET", "/api/v1/recordings", token=secret)[0] == 401
        assert other.upload(secret, b"d" * 100)[0] == 401


@with_both
def sweepers_do_not_collide(stage, other):
    token = stage.add_user()
    kept = [json.loads(stage.upload(token, bytes([n]) * 3000)[2])["id"] for n in range(20)]
    for recording in kept[::2]:
        assert stage.ask("DELETE", f"/api/v1/recordings/{recording}", token=token)[0] == 204

    def sweep(server):
        for _ in range(5):
            server.admin("sweep")

    def purge():
        return [other.ask("DELETE", f"/api/v1/recordings/{one}?permanent=1", token=token)[0]
                for one in kept[::2]]

    _, _, statuses = at_once(lambda: sweep(stage), lambda: sweep(other), purge)
    assert set(statuses) == {204}, statuses
    assert len(stage.objects()) == 10
    for number, recording in list(enumerate(kept))[1::2]:
        heard = other.ask("GET", f"/api/v1/recordings/{recording}/audio", token=token)[2]
        assert heard == bytes([number]) * 3000
    stage.admin("verify")


@with_both
def a_listener_follows_what_comes_through_the_other_server(stage, other):
    token = stage.add_user()
    speaker = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
    speaker.putrequest("POST", "/api/v1/recordings?client_id=live")
    speaker.putheader("Authorization", f"Bearer {token}")
    speaker.putheader("Transfer-Encoding", "chunked")
    speaker.endheaders()
    say = lambda text: speaker.send(b"%x\r\n%s\r\n" % (len(text), text))  # noqa: E731
    say(b"one.")
    items = eventually(
        lambda: json.loads(other.ask("GET", "/api/v1/recordings?client_id=live",
                                     token=token)[2])["items"], bool)
    listener = http.client.HTTPConnection("127.0.0.1", other.port, timeout=30)
    listener.request("GET", f"/api/v1/recordings/{items[0]['id']}/audio",
                     headers={"Authorization": f"Bearer {token}"})
    heard = listener.getresponse()
    assert heard.status == 200 and heard.read(4) == b"one."
    for word in (b"two.", b"six.", b"ten."):
        say(word)
        assert heard.read(4) == word
    speaker.send(b"0\r\n\r\n")
    assert speaker.getresponse().status == 201
    assert heard.read() == b""


TESTS = [
    one_upload_through_two_servers_is_whole,
    a_repeated_create_is_one_recording_whoever_hears_it,
    a_list_has_what_the_other_server_took_and_dropped_at_once,
    a_token_that_one_server_revokes_is_dead_at_the_other,
    sweepers_do_not_collide,
    a_listener_follows_what_comes_through_the_other_server,
]
