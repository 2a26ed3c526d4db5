"""Volumes, as an admin meets them: a folder of before, and what is left when all else is lost."""

import contextlib
import glob
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import time

from stage import SPEECH, read


def volumes_of(place):
    return sorted(glob.glob(os.path.join(place.data, "blobs", "volumes", "*.volume")))


def query(place, statement):
    with contextlib.closing(sqlite3.connect(os.path.join(place.data, "tapedeck.db"))) as database:
        found = database.execute(statement).fetchone()
        database.commit()
        return found and found[0]


def schema_of(place):
    return query(place, "PRAGMA user_version")


def make_folder_of_before(place, schema=3):
    """As a version without volumes left it: files only, an older schema, no folder for volumes."""
    place.serve("--volume-blob-max", "0")
    place.add_user()
    made = place.json("upload", SPEECH[0])
    assert place.stop() == 0
    assert volumes_of(place) == []
    os.rmdir(os.path.join(place.data, "blobs", "volumes"))
    if schema < 3:
        query(place, "ALTER TABLE recordings DROP COLUMN direct")
    query(place, f"PRAGMA user_version = {schema}")
    return made


def start_and_kill(stage, seconds):
    command = [stage.program, "serve", "--listen", "127.0.0.1:0", "--data", stage.data]
    server = subprocess.Popen(command, env=stage.env, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    server.kill()
    server.wait()


def is_without_volumes(stage, seconds=5):
    """Soon: the room is given back when the deletion was answered."""
    deadline = time.monotonic() + seconds
    while volumes_of(stage) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not volumes_of(stage)


def fetch(stage, recording):
    target = os.path.join(stage.place, "fetched")
    stage.run("get", recording["id"], "-o", target, "--force")
    return read(target)


def a_folder_of_before_volumes_goes_on(stage):
    old = make_folder_of_before(stage, schema=2)
    stage.serve()
    new = stage.json("upload", SPEECH[1])
    assert len(volumes_of(stage)) == 1
    assert fetch(stage, old) == read(SPEECH[0])
    assert fetch(stage, new) == read(SPEECH[1])
    stage.run("verify")
    stage.run("rm", "--permanent", old["id"])
    assert glob.glob(os.path.join(stage.data, "blobs", "?", "*")) == []
    assert stage.stop() == 0


def an_older_program_refuses_a_folder_with_volumes(stage):
    """Each program compares the schema's number; that of this one was raised for volumes."""
    make_folder_of_before(stage)
    stage.serve()
    assert stage.stop() == 0
    assert schema_of(stage) == 4
    query(stage, "PRAGMA user_version = 5")
    for command in ("serve", "doctor"):
        said = stage.run(command, "--data", stage.data, code=1)
        assert "newer Tapedeck" in said.stderr + said.stdout, said
    assert schema_of(stage) == 5


def an_upgrade_that_is_killed_at_any_moment_is_completed_by_the_next_start(stage):
    old = make_folder_of_before(stage)
    before = stage.data + ".before"
    shutil.copytree(stage.data, before, ignore=shutil.ignore_patterns("admin.sock"))
    begun = time.monotonic()
    stage.serve()
    whole = time.monotonic() - begun
    stage.kill()
    moments = 8
    for moment in range(moments + 1):
        shutil.rmtree(stage.data)
        shutil.copytree(before, stage.data)
        start_and_kill(stage, whole * moment / moments)
        assert schema_of(stage) in (3, 4)
        stage.serve()
        assert schema_of(stage) == 4
        assert fetch(stage, old) == read(SPEECH[0])
        stage.json("upload", SPEECH[1])
        stage.run("verify")
        assert len(volumes_of(stage)) == 1
        stage.kill()


def volumes_are_sealed_when_the_server_ends_and_after_it_was_killed(stage):
    stage.serve()
    stage.add_user()
    first = stage.json("upload", SPEECH[0])
    stage.kill()
    (volume,) = volumes_of(stage)
    assert os.path.getsize(volume) >= 1 << 20, "written ahead"
    stage.serve()
    assert os.path.getsize(volume) < 1 << 20, "cut when it was sealed"
    second = stage.json("upload", SPEECH[1])
    assert stage.stop() == 0
    assert all(os.path.getsize(path) < 1 << 20 for path in volumes_of(stage))
    stage.serve()
    assert fetch(stage, first) == read(SPEECH[0])
    assert fetch(stage, second) == read(SPEECH[1])
    for recording in (first, second):
        stage.run("rm", "--permanent", recording["id"])
    assert is_without_volumes(stage), "an empty one is removed"


def rescue_needs_nothing_but_the_volumes(stage):
    stage.serve()
    stage.add_user()
    made = [stage.json("upload", path) for path in SPEECH[:2]]
    gone = stage.json("upload", "-", "--name", "gone.bin", stdin="deleted for good")
    stage.run("rm", "--permanent", gone["id"])
    stage.kill()  # also one that is not sealed
    lone = os.path.join(stage.place, "lone")
    os.mkdir(lone)
    for path in volumes_of(stage):
        shutil.move(path, lone)
    shutil.rmtree(stage.data)
    target = os.path.join(stage.place, "rescued")
    paths = glob.glob(os.path.join(lone, "*"))
    done = stage.run("rescue", *paths, "--to", target, "--json").stdout.splitlines()
    assert json.loads(done[-1])["done"]["recordings"] == 2, done
    rescued = {hashlib.sha256(open(path, "rb").read()).hexdigest()
               for path in glob.glob(os.path.join(target, "*", "*")) if not path.endswith(".json")}
    assert rescued == {recording["sha256"] for recording in made}
    for recording in made:
        (facts,) = glob.glob(os.path.join(target, "*", recording["id"] + ".json"))
        with open(facts) as file:
            told = json.load(file)
        assert told["size"] == recording["size"] and told["missing"] == []
    said = stage.run("rescue", *paths, "--to", target, code=1).stderr
    assert "not empty" in said, said
