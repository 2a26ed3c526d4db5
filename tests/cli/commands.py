"""The commands one by one, as a person types them."""

import glob
import json
import os
import socket
import time

from stage import SPEECH, STOP_SECONDS, read

MANUAL = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "operating.md")


def no_arguments_show_the_help(stage):
    assert "tapedeck serve" in stage.run().stdout
    assert "upload" in stage.run("--help").stdout
    assert stage.run("--version").stdout.startswith("tapedeck ")


def usage_errors_end_with_2_and_say_why(stage):
    for arguments in (
        ["nonsense"],
        ["get"],
        ["serve", "--no-such-flag"],
        ["ls", "--limit", "x"],
        ["config", "--quota", "plenty"],
        ["user", "list"],
    ):
        done = stage.run(*arguments, code=2)
        assert done.stderr.strip(), arguments
    env = {k: v for k, v in stage.env.items() if k != "TAPEDECK_TOKEN"}
    assert "TAPEDECK_TOKEN" in stage.run("ls", code=2, env=env).stderr


def config_says_where_each_value_came_from(stage):
    with open(os.path.join(stage.place, "tapedeck.toml"), "w") as file:
        file.write('trash_days = 7\nquota = "10GiB"\n')
    stage.env["TAPEDECK_QUOTA"] = "5GiB"
    shown = stage.json("config", "--log-level", "debug")
    assert shown["trash_days"] == {"value": "7", "from": "tapedeck.toml line 1"}, shown
    assert shown["quota"] == {"value": "5GiB", "from": "TAPEDECK_QUOTA"}
    assert shown["log_level"] == {"value": "debug", "from": "--log-level"}
    assert shown["threads"]["from"] == "default"


def config_reports_all_mistakes_at_once(stage):
    with open(os.path.join(stage.place, "tapedeck.toml"), "w") as file:
        file.write('trash_day = 7\nquota = "plenty"\n')
    stage.env["TAPEDECK_LISEN"] = "localhost:1"
    said = stage.run("config", code=2).stderr
    for part in ("trash_days", "plenty", "TAPEDECK_LISTEN"):
        assert part in said, said


def every_setting_is_in_the_manual(stage):
    reference = stage.run("config", "--reference").stdout.strip()
    assert reference in read(MANUAL).decode(), "docs/operating.md has another table"


def a_recording_goes_there_and_back(stage):
    stage.serve()
    stage.add_user()
    first = stage.json("upload", SPEECH[0], "--title", "Chapter", "--tag", "book")
    again = stage.json("upload", SPEECH[0], "--title", "Chapter", "--tag", "book")
    assert again["id"] == first["id"] and again["replayed"] and not first["replayed"]
    stage.json("upload", SPEECH[1])
    listed = stage.json("ls", "--all", "--limit", "1")["items"]
    assert len(listed) == 2, listed
    assert [r["id"] for r in stage.json("ls", "--tag", "book")["items"]] == [first["id"]]
    target = os.path.join(stage.place, "back.wav")
    stage.run("get", first["id"], "-o", target)
    assert read(target) == read(SPEECH[0])
    assert "--force" in stage.run("get", first["id"], "-o", target, code=1).stderr
    stage.run("get", first["id"], "-o", target, "--force")
    assert not os.path.exists(target + ".part")
    stage.run("rm", first["id"])
    assert len(stage.json("ls")["items"]) == 1
    stage.run("restore", first["id"])
    assert len(stage.json("ls")["items"]) == 2
    stage.run("rm", "--permanent", first["id"])
    assert "tapedeck:" in stage.run("get", first["id"], "-o", target + "2", code=1).stderr
    assert not os.path.exists(target + "2")


def stdin_is_uploaded_too(stage):
    stage.serve()
    stage.add_user()
    done = stage.json("upload", "-", "--name", "pipe.txt", stdin="from a pipe")
    assert stage.run("get", done["id"], "-o", "-").stdout == "from a pipe"


def verify_finds_a_damaged_blob(stage):
    stage.serve()
    stage.add_user()
    stage.json("upload", SPEECH[0])
    stage.run("verify")
    (blob,) = glob.glob(os.path.join(stage.data, "blobs", "*", "*"))
    inside = 6_000  # behind the head of the volume and the record's
    with open(blob, "r+b") as file:
        file.seek(inside)
        byte = file.read(1)
        file.seek(inside)
        file.write(bytes([byte[0] ^ 1]))
    for running in (True, False):
        lines = [json.loads(x) for x in stage.run("verify", "--json", code=1).stdout.splitlines()]
        assert any(x.get("finding", {}).get("kind") == "wrong_digest" for x in lines), lines
        assert lines[-1]["done"]["findings"] >= 1, running
        stage.stop()


def a_backup_serves_what_was_backed_up(stage):
    stage.serve()
    stage.add_user()
    made = stage.json("upload", SPEECH[0])
    backup = os.path.join(stage.place, "backup")
    assert stage.json("backup", backup)["blobs"] == 1
    assert stage.json("backup", backup)["copied"] == 0
    assert stage.stop() == 0
    restored = os.path.join(stage.place, "restored")
    stage.run("restore-backup", backup, "--data", restored)
    stage.serve(data=restored)
    target = os.path.join(stage.place, "back.wav")
    stage.run("get", made["id"], "-o", target)
    assert read(target) == read(SPEECH[0])


def admin_commands_behave_alike_with_and_without_a_server(stage):
    stage.add_user()
    for running in (False, True):
        if running:
            stage.serve()
        assert stage.json("status")["running"] == running
        name = f"eve{running}"
        stage.run("user", "add", name, "--password-file", "-", stdin="correct horse\n")
        said = stage.run(
            "user", "add", name, "--password-file", "-", code=1, stdin="correct horse\n"
        )
        assert "tapedeck:" in said.stderr
        stage.run("user", "quota", name, "10MiB")
        stage.run("user", "disable", name)
        users = {u["username"]: u for u in stage.json("user", "list")["items"]}
        assert users[name]["state"] == "disabled" and users[name]["quota_bytes"] == 10 << 20
        stage.run("user", "enable", name)
        stage.run("user", "passwd", name, "--password-file", "-", stdin="other horse\n")
        token = stage.json("token", "add", "phone", "--user", name, "--scope", "capture")
        assert token["scopes"] == ["capture"]
        stage.run("token", "revoke", token["id"], "--user", name)
        assert stage.json("token", "list", "--user", name)["items"] == []
        assert "/setup#td_i_" in stage.run("user", "invite").stdout
        assert "no user" in stage.run("user", "disable", "nobody", code=1).stderr
        stage.run("sweep")


def the_doctor_is_green_on_a_running_server(stage):
    stage.serve()
    stage.add_user()
    report = stage.json("doctor", "--free-bytes-min", "1MiB")
    assert report["good"], report
    assert "round trip" in [check["name"] for check in report["checks"]]
    os.chmod(stage.data, 0o755)
    said = stage.run("doctor", "--free-bytes-min", "1MiB", code=1).stdout
    assert "chmod 700" in said, said


def a_second_server_on_the_folder_is_refused(stage):
    stage.serve()
    done = stage.run("serve", "--listen", "127.0.0.1:0", code=1)
    assert stage.data in done.stderr, done.stderr


def a_busy_port_is_named(stage):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        done = stage.run("serve", "--listen", address, code=1)
        assert str(busy.getsockname()[1]) in done.stderr, done.stderr


def a_folder_that_lost_its_catalog_is_refused(stage):
    stage.serve()
    stage.add_user()
    stage.json("upload", SPEECH[0])
    assert stage.stop() == 0
    for file in glob.glob(os.path.join(stage.data, "tapedeck.db*")):
        os.unlink(file)
    said = stage.run("serve", "--listen", "127.0.0.1:0", code=1).stderr
    assert "tapedeck.db" in said, said


def sigterm_ends_a_server_with_a_live_upload(stage):
    stage.serve()
    token = stage.add_user()
    with socket.create_connection(("127.0.0.1", stage.port)) as live:
        live.sendall(
            b"POST /api/v1/recordings HTTP/1.1\r\nHost: x\r\n"
            b"Transfer-Encoding: chunked\r\n"
            b"Authorization: Bearer " + token.encode() + b"\r\n\r\n4\r\nRIFF\r\n"
        )
        time.sleep(0.3)
        begin = time.monotonic()
        assert stage.stop() == 0, stage.log()
        assert time.monotonic() - begin < STOP_SECONDS
    assert token not in stage.log()


def the_first_start_prints_a_setup_link(stage):
    stage.serve()
    deadline = time.monotonic() + 10
    while "/setup#td_i_" not in stage.log() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "/setup#td_i_" in stage.log()
