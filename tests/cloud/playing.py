"""Playback through the server and by redirect to S3, and what the bucket holds meanwhile."""

import glob
import hashlib
import http.client
import json
import urllib.request
from urllib.parse import parse_qs, urlsplit

from cloud_stage import S3, s3cmd
from stage import eventually

SPEECH = sorted(glob.glob("/usr/share/pocketsphinx/test/data/librivox/*.wav"))[0]


def speech():
    with open(SPEECH, "rb") as file:
        return file.read()


def fetch(url, headers=None):
    """(status, headers, body), and nothing is followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", parts.path + "?" + parts.query, headers=headers or {})
    response = connection.getresponse()
    answer = response.status, response.headers, response.read()
    connection.close()
    return answer


def store(stage, token, name="speech.wav"):
    status, _, body = stage.ask("POST", f"/api/v1/recordings?filename={name}", speech(), token)
    assert status == 201, body
    return json.loads(body)["id"]


def the_bucket_holds_what_is_documented_and_nobody_may_read_it(stage):
    stage.init()
    stage.serve("--signup", "open")
    token = stage.add_user()
    recording = store(stage, token)
    account = json.loads(stage.ask("GET", "/api/v1/users/me", token=token)[2])["id"]
    names = stage.objects()
    assert len(names) == 1 and names[0].startswith(f"blobs/{account}/{recording}/"), names
    s3cmd("get", f"s3://{stage.bucket}/{names[0]}", stage.path("object"))
    with open(stage.path("object"), "rb") as file:
        assert file.read() == speech()
    for path in (f"/{stage.bucket}/{names[0]}", f"/{stage.bucket}/"):
        assert fetch(S3 + path)[0] == 403, path
    described = s3cmd("info", f"s3://{stage.bucket}/{names[0]}")
    assert "AllUsers" not in described and "*anon*" not in described, described


def an_object_is_gone_when_its_recording_is(stage):
    stage.init()
    stage.serve("--signup", "open")
    token = stage.add_user()
    recording = store(stage, token)
    assert stage.ask("DELETE", f"/api/v1/recordings/{recording}", token=token)[0] == 204
    assert len(stage.objects()) == 1, "the trash keeps it"
    gone = f"/api/v1/recordings/{recording}?permanent=1"
    assert stage.ask("DELETE", gone, token=token)[0] == 204
    assert stage.objects() == []


def by_default_audio_comes_through_the_server(stage):
    stage.init()
    stage.serve("--signup", "open")
    token = stage.add_user()
    target = f"/api/v1/recordings/{store(stage, token)}/audio"
    status, headers, body = stage.ask("GET", target, token=token)
    assert status == 200 and body == speech() and headers["Content-Type"] == "audio/wav"
    part = stage.ask("GET", target, token=token, headers={"Range": "bytes=100-199"})
    assert part[0] == 206 and part[2] == speech()[100:200]


def a_redirect_leads_to_the_same_bytes_type_and_name(stage):
    stage.init()
    stage.serve("--signup", "open", "--playback", "redirect")
    token = stage.add_user()
    target = f"/api/v1/recordings/{store(stage, token, 'a%20w%C3%B6rd.wav')}/audio"
    status, headers, body = stage.ask("GET", target, token=token)
    assert status == 302 and body == b"", (status, body)
    assert headers["Cache-Control"] == "private, no-store", headers
    url = headers["Location"]
    assert url.startswith(S3 + "/" + stage.bucket + "/blobs/"), url
    assert int(parse_qs(urlsplit(url).query)["X-Amz-Expires"][0]) == 3600, url
    own = stage.ask("HEAD", target, token=token)
    assert own[0] == 200 and own[1]["Content-Length"] == str(len(speech())), own
    status, there, body = fetch(url)
    assert status == 200 and body == speech()
    for field in ("Content-Type", "Content-Disposition", "Cache-Control", "Content-Length"):
        assert there[field] == own[1][field], (field, there[field], own[1][field])
    status, there, body = fetch(url, {"Range": "bytes=100-199"})
    assert status == 206 and body == speech()[100:200], status
    status, headers, _ = stage.ask("GET", target + "?download=1", token=token)
    assert "attachment" in fetch(headers["Location"])[1]["Content-Disposition"]


def a_playback_link_leads_there_for_no_longer_than_it_lasts(stage):
    stage.init()
    stage.serve("--signup", "open", "--playback", "redirect")
    token = stage.add_user()
    link = f"/api/v1/recordings/{store(stage, token)}/playback-urls"
    status, _, body = stage.ask("POST", link, json.dumps({"expires_in": 600}), token,
                                {"Content-Type": "application/json"})
    assert status == 201, body
    url = json.loads(body)["url"]
    status, headers, _ = stage.ask("GET", url)
    assert status == 302
    seconds = int(parse_qs(urlsplit(headers["Location"]).query)["X-Amz-Expires"][0])
    assert 590 <= seconds <= 600, seconds
    with urllib.request.urlopen(stage.url + url) as followed:
        assert followed.read() == speech()


def conditions_and_many_ranges_are_answered_here(stage):
    stage.init()
    stage.serve("--signup", "open", "--playback", "redirect")
    token = stage.add_user()
    target = f"/api/v1/recordings/{store(stage, token)}/audio"
    tag = stage.ask("HEAD", target, token=token)[1]["ETag"]
    for wanted, fields in [
        (304, {"If-None-Match": tag}),
        (200, {"If-None-Match": '"other"'}),
        (206, {"If-Range": tag, "Range": "bytes=0-9"}),
        (206, {"Range": "bytes=0-9,20-29"}),
        (412, {"If-Match": '"other"'}),
        (416, {"Range": "bytes=99999999-"}),
        (302, {"Range": "bytes=0-9"}),
    ]:
        status = stage.ask("GET", target, token=token, headers=fields)[0]
        assert status == wanted, (fields, status)


def what_grows_or_is_in_pieces_comes_through_the_server(stage):
    stage.init()
    stage.serve("--signup", "open", "--playback", "redirect")
    token = stage.add_user()
    connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
    connection.putrequest("POST", "/api/v1/recordings?client_id=live")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    half = len(speech()) // 2
    connection.send(b"%x\r\n%s\r\n" % (half, speech()[:half]))
    found = eventually(
        lambda: json.loads(stage.ask("GET", "/api/v1/recordings?client_id=live",
                                     token=token)[2])["items"],
        lambda items: items and items[0]["size"] == half)
    target = f"/api/v1/recordings/{found[0]['id']}/audio"
    live = stage.ask("GET", target, token=token, headers={"Range": "bytes=0-99"})
    assert live[0] == 206 and live[2] == speech()[:100], live[0]
    rest = speech()[half:]
    connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(rest), rest))
    assert connection.getresponse().status == 201
    status, _, body = stage.ask("GET", target, token=token)
    assert status == 200 and hashlib.sha256(body).digest() == hashlib.sha256(speech()).digest()
    stage.admin("sweep")
    status, headers, _ = stage.ask("GET", target, token=token)
    assert status == 302, "the sweep has joined it"
    assert fetch(headers["Location"])[2] == speech()
    assert len(stage.objects()) == 1, stage.objects()


TESTS = [
    the_bucket_holds_what_is_documented_and_nobody_may_read_it,
    an_object_is_gone_when_its_recording_is,
    by_default_audio_comes_through_the_server,
    a_redirect_leads_to_the_same_bytes_type_and_name,
    a_playback_link_leads_there_for_no_longer_than_it_lasts,
    conditions_and_many_ranges_are_answered_here,
    what_grows_or_is_in_pieces_comes_through_the_server,
]
