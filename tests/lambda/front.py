"""The first five minutes, the original's four calls, and the command line, through each front."""

import hashlib
import os
import random
import subprocess
import tempfile

from emulation import Emulation, clean_environment, eventually, path_of
from package import packaged, read

FRONTS = ("rest", "http", "url", "url-buffered")
EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples")
LARGEST_APPEND = 4 << 20


def tapedeck(programs):
    return os.path.join(programs, "tapedeck")


def through_each_front(programs, story, **settings):
    for front in FRONTS:
        emulation = Emulation(tapedeck(programs), "--events", front, **settings)
        try:
            story(emulation)
        except Exception:
            print(f"-- through {front}\n{emulation.log()[-2000:]}")
            raise
        finally:
            emulation.close()


def curl(emulation, *arguments):
    auth = ["-H", f"Authorization: Bearer {emulation.token}"] if emulation.token else []
    done = subprocess.run(
        ["curl", "-sS", *auth, *arguments], capture_output=True, timeout=60, check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def five_minutes(emulation):
    emulation.sign_up()
    wav, opus = read(EXAMPLES, "speech.wav"), read(EXAMPLES, "speech.opus")
    base = f"{emulation.url}/api/v1/recordings"
    made = curl(emulation, "-T", os.path.join(EXAMPLES, "speech.wav"), f"{base}/")
    assert b'"state":"ready"' in made and b'"size":%d' % len(wav) in made, made
    curl(emulation, "-T", os.path.join(EXAMPLES, "speech.opus"),
         f"{base}/speech.opus?title=Cold%20hearted&tags=austen")
    items = emulation.ask_json("GET", "/api/v1/recordings", status=200)["items"]
    assert [item["title"] for item in items] == ["Cold hearted", ""], items
    audio = f"/api/v1/recordings/{items[1]['id']}/audio"
    status, fields, head = emulation.ask("GET", audio, fields={"Range": "bytes=0-43"})
    assert (status, head) == (206, wav[:44])
    assert fields["Content-Range"] == f"bytes 0-43/{len(wav)}"
    assert curl(emulation, f"{emulation.url}{audio}") == wav
    assert emulation.ask("GET", f"/api/v1/recordings/{items[0]['id']}/audio")[2] == opus
    one = f"/api/v1/recordings/{items[1]['id']}"
    link = emulation.ask_json("POST", f"{one}/playback-urls", status=201)["url"]
    token, emulation.token = emulation.token, None
    assert emulation.ask("GET", path_of(link))[2] == wav
    emulation.token = token
    assert emulation.ask("DELETE", one)[0] == 204
    assert emulation.ask("POST", f"{one}/restore")[0] == 200


def the_first_five_minutes(programs):
    through_each_front(programs, five_minutes)


def four_calls(emulation):
    """At the root and under the stage's old prefix, as the phone apps call them."""
    for prefix in ("", "/api"):
        login = f"{prefix}/login?social_id=77&social_type=kakao"
        user = emulation.ask_json("GET", login, status=200)
        auth = {"Authorization": f"{user['user_id']} {user['auth_key']}"}
        audio = {**auth, "Content-Type": "application/octet-stream"}
        body = bytes(range(256)) * 10
        kept = emulation.ask_json(
            "PUT", f"{prefix}/upload/record/a%20b.wav", body, fields=audio, status=200)
        assert kept == {"result": "success"}, kept
        listed = emulation.ask_json("GET", f"{prefix}/record/list", fields=auth, status=200)
        (record,) = listed["records"]
        assert record["file_name"] == "a b.wav" and record["user_id"] == "kakao_77", record
        gone = emulation.ask_json(
            "DELETE", f"{prefix}/record/{record['id']}", fields=auth, status=200)
        assert gone == {"result": "success"}, gone
    assert emulation.ask("GET", "/record/list")[0] == 400


def the_four_calls_of_the_original(programs):
    through_each_front(
        programs, four_calls, TAPEDECK_ALLOW_UNVERIFIED_SOCIAL_LOGIN="yes")


def limits_are_announced(programs):
    emulation = Emulation(tapedeck(programs))
    try:
        config = emulation.ask_json("GET", "/api/v1/config", status=200)
        assert config["uploads"]["chunk_bytes"] == LARGEST_APPEND, config
        assert config["uploads"]["chunks_required"] and "chunk size" in config["hint"], config
        limit = f"max-append-size={LARGEST_APPEND}"
        assert limit in emulation.ask("OPTIONS", "/api/v1/uploads")[1]["Upload-Limit"]
        emulation.sign_up()
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
        assert limit in emulation.ask("POST", "/api/v1/uploads", fields=tus)[1]["Upload-Limit"]
        status, _, body = emulation.ask("PUT", "/api/v1/recordings/", bytes(LARGEST_APPEND + 1))
        assert status == 413 and b"/api/v1/uploads" in body, (status, body)
    finally:
        emulation.close()


def a_gateway_that_damages_audio_stores_nothing(programs):
    emulation = Emulation(tapedeck(programs), "--events", "rest", "--no-binary")
    try:
        emulation.sign_up()
        status, _, body = emulation.ask("PUT", "/api/v1/recordings/", read(EXAMPLES, "speech.opus"))
        assert status == 500 and b"binaryMediaTypes" in body, (status, body)
        assert emulation.ask_json("GET", "/api/v1/recordings")["items"] == []
    finally:
        emulation.close()


def the_command_line_does_not_know_where_it_is(programs):
    """A recording of many appends, up and down again."""
    size = (1 << 30) if os.environ.get("TEST_LONG") else (48 << 20) + 12_345
    emulation = Emulation(tapedeck(programs), "--events", "http")
    try:
        emulation.sign_up()
        with tempfile.TemporaryDirectory() as place:
            path, copy = os.path.join(place, "long.wav"), os.path.join(place, "copy.wav")
            block = random.Random(5).randbytes(1 << 20)
            with open(path, "wb") as file:
                for at in range(0, size, len(block)):
                    file.write(block[: min(len(block), size - at)])
            environment = clean_environment(
                TAPEDECK_SERVER=emulation.url, TAPEDECK_TOKEN=emulation.token,
                XDG_STATE_HOME=place)
            program = tapedeck(programs)
            subprocess.run([program, "upload", path], env=environment, check=True,
                           capture_output=True, timeout=900)
            (item,) = emulation.ask_json("GET", "/api/v1/recordings")["items"]
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            assert (item["state"], item["size"], item["sha256"]) == ("ready", size, digest), item
            subprocess.run([program, "get", item["id"], "-o", copy], env=environment, check=True,
                           capture_output=True, timeout=900)
            with open(copy, "rb") as file:
                assert hashlib.file_digest(file, "sha256").hexdigest() == digest
    finally:
        emulation.close()


def what_does_not_fit_goes_in_ranges(programs):
    emulation = Emulation(tapedeck(programs), "--events", "http")
    try:
        emulation.sign_up()
        body = random.Random(7).randbytes(5 << 20)
        tus = {"Tus-Resumable": "1.0.0"}
        _, fields, _ = emulation.ask(
            "POST", "/api/v1/uploads", fields={**tus, "Upload-Length": str(len(body))})
        for at in range(0, len(body), LARGEST_APPEND):
            status, _, _ = emulation.ask(
                "PATCH", fields["Location"], body[at : at + LARGEST_APPEND],
                fields={**tus, "Upload-Offset": str(at),
                        "Content-Type": "application/offset+octet-stream"})
            assert status == 204, status
        audio = f"/api/v1/recordings/{fields['Recording-Id']}/audio"
        status, fields, problem = emulation.ask("GET", audio)
        assert status == 503 and fields["Retry-After"] and b"Range" in problem, problem
        heard = b""
        while len(heard) < len(body):
            status, fields, part = emulation.ask(
                "GET", audio, fields={"Range": f"bytes={len(heard)}-"})
            assert status == 206 and len(part) <= LARGEST_APPEND, (status, len(part))
            heard += part
            assert fields["Content-Range"].endswith(f"-{len(heard) - 1}/{len(body)}"), fields
        assert heard == body
    finally:
        emulation.close()


def an_instance_that_dies_is_a_502_and_the_next_one_answers(programs):
    emulation = Emulation(tapedeck(programs))
    try:
        assert emulation.ask("GET", "/healthz")[0] == 200
        (pid,) = emulation.instances()
        os.kill(pid, 9)
        eventually(lambda: emulation.ask("GET", "/healthz")[0] == 200)
        assert "killed by signal 9" in emulation.log()
    finally:
        emulation.close()


def the_zip_is_what_runs(programs):
    with tempfile.TemporaryDirectory() as place:
        emulation = Emulation(tapedeck(programs), "--zip", packaged(programs, place))
        try:
            assert emulation.ask("GET", "/healthz")[2] == b"ok"
        finally:
            emulation.close()


TESTS = [
    the_first_five_minutes,
    the_four_calls_of_the_original,
    limits_are_announced,
    a_gateway_that_damages_audio_stores_nothing,
    the_command_line_does_not_know_where_it_is,
    what_does_not_fit_goes_in_ranges,
    an_instance_that_dies_is_a_502_and_the_next_one_answers,
    the_zip_is_what_runs,
]
