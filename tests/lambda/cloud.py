"""The function over a real S3 and DynamoDB's protocol, several instances at one time."""

import hashlib
import os
import random
import subprocess
import threading
import urllib.request

from emulation import Emulation, clean_environment, eventually
from front import EXAMPLES, five_minutes, four_calls, tapedeck
from package import read

PIECE = 4 << 20


def settings(**more):
    """As a deployment has them; each test has a table and a bucket of its own."""
    name = f"t{random.randrange(1 << 40):010x}"
    return {
        "TAPEDECK_CATALOG": "dynamo", "TAPEDECK_DYNAMO_TABLE": name,
        "TAPEDECK_DYNAMO_ENDPOINT": os.environ["TEST_DYNAMODB"],
        "TAPEDECK_BLOBS": "s3", "TAPEDECK_S3_BUCKET": name,
        "TAPEDECK_S3_ENDPOINT": os.environ["TEST_S3_ENDPOINT"],
        "TAPEDECK_SIGNUP": "open",
        "AWS_ACCESS_KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": os.environ["AWS_SECRET_ACCESS_KEY"],
        "AWS_REGION": "us-east-1",
    } | more


def make_stores(programs, **chosen):
    subprocess.run(
        [tapedeck(programs), "storage", "init"], env=clean_environment(**chosen), check=True,
        capture_output=True, timeout=60,
    )


def deployed(programs, *options, **more):
    """Table and bucket are made as an admin makes them; then the function starts."""
    chosen = settings(**more)
    make_stores(programs, **chosen)
    return Emulation(tapedeck(programs), "--instances", "3", *options, **chosen)


def the_first_five_minutes_over_the_cloud(programs):
    for front in ("rest", "http", "url"):
        emulation = deployed(programs, "--events", front)
        try:
            five_minutes(emulation)
        finally:
            emulation.close()


def the_four_calls_over_the_cloud(programs):
    emulation = deployed(programs, TAPEDECK_ALLOW_UNVERIFIED_SOCIAL_LOGIN="yes")
    try:
        four_calls(emulation)
    finally:
        emulation.close()


def begin_upload(emulation, size):
    """What an instance began that died over it is an upload that nobody goes on with."""
    fields = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size)}
    for _ in range(20):
        status, answer, problem = emulation.ask("POST", "/api/v1/uploads", fields=fields)
        if status == 201:
            return answer
        assert status in (502, 503), (status, problem)
    raise AssertionError("no instance lives long enough to begin an upload")


def names_are_found_without_glibc(programs):
    """As they are on AWS, where the endpoints are names."""
    named = os.environ["TEST_DYNAMODB"].replace("127.0.0.1", "localhost")
    emulation = deployed(programs, TAPEDECK_DYNAMO_ENDPOINT=named)
    try:
        emulation.sign_up()
    finally:
        emulation.close()


def send_in_parts(emulation, body):
    tus = {"Tus-Resumable": "1.0.0"}
    fields = begin_upload(emulation, len(body))
    at = 0
    while at < len(body):
        status, answer, problem = emulation.ask(
            "PATCH", fields["Location"], body[at : at + PIECE],
            fields={**tus, "Upload-Offset": str(at),
                    "Content-Type": "application/offset+octet-stream"})
        if status == 204:
            at = int(answer["Upload-Offset"])
            continue
        assert status in (409, 423, 502, 503), (status, problem)
        status, answer, _ = emulation.ask("HEAD", fields["Location"], fields=tus)
        if status == 200:
            at = int(answer["Upload-Offset"])
    return fields["Recording-Id"]


def killed_instances_lose_nothing(programs):
    """Every instance is killed again and again while recordings come in."""
    emulation = deployed(programs)
    stop = threading.Event()

    def kill():
        dice = random.Random(3)
        while not stop.wait(0.3):
            running = emulation.instances()
            if running:
                os.kill(dice.choice(running), 9)

    try:
        emulation.sign_up()
        killer = threading.Thread(target=kill)
        killer.start()
        bodies = [random.Random(i).randbytes((9 << 20) + i) for i in range(3)]
        try:
            ids = [send_in_parts(emulation, body) for body in bodies]
        finally:
            stop.set()
            killer.join()
        for recording, body in zip(ids, bodies):
            shown = eventually(lambda at=f"/api/v1/recordings/{recording}": (
                emulation.ask("GET", at)[0] == 200 and emulation.ask_json("GET", at)))
            assert shown["state"] == "ready", shown
            assert shown["sha256"] == hashlib.sha256(body).hexdigest(), shown
    finally:
        emulation.close()


def a_joined_recording_is_played_by_a_redirect(programs):
    """One that fits goes through the function; a larger one in one object comes from S3 itself."""
    emulation = deployed(programs, TAPEDECK_ANSWER_BYTES_MAX="64KiB")
    try:
        emulation.sign_up()
        wav = read(EXAMPLES, "speech.wav")
        assert len(wav) > 64 << 10
        made = emulation.ask_json("PUT", "/api/v1/recordings/speech.wav", wav, status=201)
        audio = f"/api/v1/recordings/{made['id']}/audio"
        status, fields, _ = emulation.ask("GET", audio)
        assert status == 302, status
        with urllib.request.urlopen(fields["Location"]) as answer:
            assert answer.read() == wav
            assert answer.headers["Content-Type"] == "audio/wav"
        assert emulation.ask("GET", audio, fields={"Range": "bytes=0-43"})[2] == wav[:44]
    finally:
        emulation.close()


def the_templates_table_is_the_one_it_needs(programs):
    """A table as the template describes it, made by no program of ours: the function adopts it."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "table_of_template.py")
    chosen = settings()
    done = subprocess.run(
        ["/usr/bin/python3", script, tapedeck(programs), chosen["TAPEDECK_DYNAMO_TABLE"]],
        env=clean_environment(**chosen), capture_output=True, text=True, check=False, timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    make_stores(programs, **chosen | {"TAPEDECK_CATALOG": "sqlite"})  # the bucket alone
    emulation = Emulation(tapedeck(programs), **chosen)
    try:
        five_minutes(emulation)
    finally:
        emulation.close()


TESTS = [
    the_first_five_minutes_over_the_cloud,
    the_four_calls_over_the_cloud,
    names_are_found_without_glibc,
    killed_instances_lose_nothing,
    a_joined_recording_is_played_by_a_redirect,
    the_templates_table_is_the_one_it_needs,
]
