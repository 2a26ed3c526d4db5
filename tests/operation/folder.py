"""doctor and verify: what they say of a sound folder and of a damaged one."""

import json
import os
import pty
import subprocess

PAGE = 4096


def checks(stage, *arguments, code=0):
    done = stage.admin("doctor", "--json", "--free-bytes-min", "1MiB", *arguments, code=code)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def fill(stage, recordings=40):
    token = stage.add_user()
    for number in range(recordings):
        headers = {"Idempotency-Key": f'"{number}"'}
        assert stage.upload(token, b"z" * 1000, headers)[0] == 201
    return token


def damage_database(stage):
    """All pages but the first one; the WAL must be empty."""
    file_name = os.path.join(stage.data, "tapedeck.db")
    size = os.path.getsize(file_name)
    assert size > 4 * PAGE, size
    with open(file_name, "r+b") as file:
        file.seek(PAGE)
        file.write(b"\xff" * (size - PAGE))
    return file_name


def the_doctor_checks_the_catalog_with_and_without_a_server(stage):
    stage.serve()
    fill(stage, recordings=2)
    running = checks(stage, "--server", stage.url)
    assert running["catalog"] == {"name": "catalog", "good": True,
                                  "detail": "sound, 1 accounts", "cure": ""}, running
    assert stage.stop()[0] == 0
    assert checks(stage)["catalog"]["good"]


def the_doctor_is_red_for_a_damaged_database(stage):
    stage.serve()
    fill(stage)
    assert stage.stop()[0] == 0
    file_name = damage_database(stage)
    with open(file_name, "rb") as file:
        before = file.read()
    catalog = checks(stage, code=1)["catalog"]
    assert not catalog["good"] and "damaged" in catalog["detail"], catalog
    assert "tapedeck restore-backup" in catalog["cure"], catalog
    shown = stage.admin("doctor", "--free-bytes-min", "1MiB", code=1).stdout
    assert "✗ catalog" in shown and "restore-backup" in shown, shown
    with open(file_name, "rb") as file:
        assert file.read() == before, "a doctor does not write into what is damaged"


def the_doctor_is_red_beside_a_server_too(stage):
    stage.serve()
    fill(stage)
    assert stage.stop()[0] == 0
    stage.serve()
    damage_database(stage)
    catalog = checks(stage, "--server", stage.url, code=1)["catalog"]
    assert not catalog["good"] and "tapedeck restore-backup" in catalog["cure"], catalog
    stage.kill()  # it may not even be able to stop well on this


def what_the_cure_says_works(stage):
    stage.serve()
    fill(stage, recordings=3)
    stage.admin("backup", stage.path("backup"))
    assert stage.stop()[0] == 0
    damage_database(stage)
    checks(stage, code=1)
    stage.run("restore-backup", stage.path("backup"), "--data", stage.path("new"))
    stage.data = stage.path("new")
    assert checks(stage)["catalog"]["good"]
    stage.admin("verify")


def verify_reports_progress(stage):
    stage.serve()
    fill(stage, recordings=3)
    for running in (True, False):
        done = stage.admin("verify", "--json")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert "progress" in lines[0], lines
        assert set(lines[0]["progress"]) == set(lines[-1]["done"]), lines
        assert lines[-1]["done"]["recordings"] == 3, (running, lines)
        if running:
            assert stage.stop()[0] == 0


def verify_shows_progress_on_a_terminal(stage):
    stage.serve()
    fill(stage, recordings=3)
    ours, theirs = pty.openpty()
    done = subprocess.run([stage.program, "verify", "--data", stage.data], env=stage.env,
                          stdout=subprocess.PIPE, stderr=theirs, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0 and done.stdout == b"", done
    assert "\r\x1b[K0 recordings" in shown or "\r\x1b[K1 recordings" in shown, shown
    assert "every byte is as it was stored" in shown.splitlines()[-1], shown
    plain = stage.admin("verify")
    assert "\x1b" not in plain.stderr, plain.stderr


TESTS = [
    the_doctor_checks_the_catalog_with_and_without_a_server,
    the_doctor_is_red_for_a_damaged_database,
    the_doctor_is_red_beside_a_server_too,
    what_the_cure_says_works,
    verify_reports_progress,
    verify_shows_progress_on_a_terminal,
]
