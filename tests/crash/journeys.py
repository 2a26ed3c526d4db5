"""The scripted sessions, and what must hold when the server is started again after one."""

import http.client
import socket

from live_steps import (
    append, await_chores, begin_live, join, play_prefix, resume_all, send_part,
)
from model import ABSENT, PURGED
from session import Session
from steps import (
    add_token, await_checkpoint, compare, list_all, patch, play, purge, read_all, repeat, restore,
    revoke_token, send, sign_up, trash, upload, use_token,
)

# On an empty folder: the tables are made, and an account.
FIRST = [
    sign_up,
    upload("welcome", 30_000, key="welcome-1"),
    list_all,
    add_token("tablet"),
]

# What the folder of MAIN holds: sent by a server that was killed, so that its log is not empty.
BEFORE_MAIN = [
    sign_up,
    upload("old-1", 50_000),
    upload("old-2", 120_000, key="old-2"),
    upload("old-3", 5_000, key="old-3"),
    trash("old-3"),
    add_token("phone"),
    add_token("lost"),
    revoke_token("lost"),
]

MAIN = [
    upload("plain", 70_000),
    upload("keyed", 300_000, key="keyed-1"),
    repeat("keyed"),
    list_all,
    patch("plain", "renamed"),
    upload("large", 2_600_000, key="large-1", chunked=True),
    play("large"),
    trash("keyed"),
    restore("keyed"),
    trash("plain"),
    upload("unloved", 4_096, key="unloved-1"),
    trash("unloved"),
    purge("unloved"),
    purge("old-3"),
    add_token("watch"),
    use_token("watch"),
    revoke_token("watch"),
    revoke_token("phone"),
    use_token("phone"),
    patch("old-1", "older"),
    repeat("large"),
    await_checkpoint,  # late, since what comes after waits for it in each case
    trash("keyed"),
    upload("last", 1),
    list_all,
    play("last"),
]

# One recording that waits to be joined, and one that has more to come.
BEFORE_LIVE = [
    sign_up,
    begin_live("in-pieces", 90_000),
    append("in-pieces", 40_000),
    append("in-pieces", 90_000),
    begin_live("half", 100_000),
    append("half", 60_000),
]

LIVE = [
    await_chores,
    play("in-pieces"),
    begin_live("memo", 170_000),
    append("memo", 50_000),
    play_prefix("memo"),
    begin_live("endless", 130_000, is_deferred=True),
    append("memo", 110_000, is_chunked=True),
    append("endless", 40_000),
    append("half", 100_000),
    list_all,
    append("memo", 170_000, is_checked=True),
    append("endless", 90_000, is_checked=True),
    send_part("part-1", 45_000),
    send_part("part-2", 35_000),
    join("joined", "part-1", "part-2"),
    play("joined"),
    list_all,
]

JOURNEYS = {"first": FIRST, "main": MAIN, "live": LIVE}
BEFORE = {"main": BEFORE_MAIN, "live": BEFORE_LIVE}


def check(server, model, data):
    """What `server`, just started on `data` again, must show and do. Gives what is wrong."""
    session = Session(server, model)
    session.run(CHECKS)
    session.step = "after the restart"
    for step, status in session.refusals:
        session.problem(f"{step} was refused with {status}")
    if server.process.poll() is not None:
        session.problem(f"the server ended with {server.process.returncode}")
        return session.problems
    findings = verify(data)
    if findings:
        session.problem(f"tapedeck verify: {findings}")
    return session.problems


def settle_account(session):
    """The account is there, wholly or not at all, and can be used."""
    model = session.model
    if model.session:
        session.read("/api/v1/users/me")
        return
    body = {"username": model.name, "password": model.password}
    answer = session.ask("POST", "/api/v1/users", body)
    if answer.status == 409 and True in model.account:
        answer = session.ask("POST", "/api/v1/sessions", body)
    if answer.status != 201:
        session.problem(f"neither signs up nor in: {answer.status}: {answer.body[:200]}")
        return
    model.account, model.session = {True}, answer.json()["token"]


def settle_items(session):
    """What was acknowledged is there; the rest is there or not: now it is known."""
    seen = read_all(session)
    found = compare(session, seen) if seen is not None else {}
    for item in session.model.items.values():
        item.id, place, recording = found.get(item.title, (item.id, ABSENT, {"title": ""}))
        item.settle(place, recording["title"])


def repeat_uploads(session):
    """What has a key is sent again: it arrives once, and what was purged stays gone."""
    for item in session.model.items.values():
        if not item.key:
            continue
        places = {place for place, _ in item.states}
        if places == {PURGED}:
            expect_gone(session, item)
        elif PURGED not in places:
            wanted = {201} if places == {ABSENT} else {200}
            send(session, item, wanted)


def expect_gone(session, item):
    answer = session.ask("POST", f"/api/v1/recordings?title={item.title}", item.body,
                         {"Idempotency-Key": item.key})
    if answer.status != 409:
        session.problem(f"{item.title} was purged, and its repeat is {answer.status}")


def check_all_bytes(session):
    seen = read_all(session)
    if seen is None:
        return
    compare(session, seen)
    by_id = {item.id: item for item in session.model.items.values()}
    used = sum(part.acked for part in session.model.parts.values())
    for id, (_, recording) in seen.items():
        used += recording["size"]
        answer = session.read(f"/api/v1/recordings/{id}/audio")
        if answer and id in by_id and answer.body != by_id[id].body:
            session.problem(f"{by_id[id].title}: other bytes than were sent")
    me = session.read("/api/v1/users/me")
    if me and (me.json()["used_bytes"], me.json()["reserved_bytes"]) != (used, 0):
        session.problem(f"recordings have {used} bytes, the account says {me.json()}")


def check_tokens(session):
    for name in session.model.tokens:
        use_token(name)(session)


CHECKS = [
    settle_account, settle_items, repeat_uploads, resume_all, check_all_bytes, check_tokens,
    upload("afterwards", 20_000), list_all,
]


class _AdminConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def verify(data):
    """What `tapedeck verify` finds; it asks the same of the same door. Empty: all is well."""
    connection = _AdminConnection(data / "admin.sock")
    try:
        connection.request("POST", "/admin/v1/verify")
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    lines = text.splitlines()
    is_well = response.status == 200 and "finding\":{" not in text and lines
    return "" if is_well and "\"done\"" in lines[-1] else text[:2000] or "nothing"
