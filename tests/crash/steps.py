"""The steps of a scripted session: each a function of the Session. A step that needs what an
earlier one did not get is left out."""

import json
import time

from model import ABSENT, LISTED, PURGED, TRASHED, Item, Token, added, moved, renamed

CHUNK = 40_000


def named(name):
    def name_it(step):
        step.__name__ = name
        return step
    return name_it


def sign_up(session):
    model = session.model
    model.account = {False, True}
    answer = session.ask("POST", "/api/v1/users",
                         {"username": model.name, "password": model.password})
    if answer.status == 201:
        model.account = {True}
        model.session = answer.json()["token"]
    else:
        session.judge(answer, "sign-up", uncertain=False)


def upload(title, size, key=None, chunked=False):
    @named(f"upload {title}")
    def step(session):
        if session.model.session is None:
            return
        session.model.items[title] = Item(title, size, key)
        send(session, session.model.items[title], {201}, chunked)
    return step


def repeat(title):
    """The same upload again, with its key: answered with the first."""
    @named(f"repeat {title}")
    def step(session):
        item = session.model.items.get(title)
        if item and item.key:
            send(session, item, {200} if item.sure() == LISTED else {200, 201})
    return step


def in_chunks(body):
    return (body[at:at + CHUNK] for at in range(0, len(body), CHUNK))


def send(session, item, wanted, chunked=False):
    body = in_chunks(item.body) if chunked else item.body
    headers = {"Content-Type": "audio/wav"}
    if item.key:
        headers["Idempotency-Key"] = item.key
    answer = session.change(item, added(item.title), wanted, "POST",
                            f"/api/v1/recordings?title={item.title}", body, headers)
    if answer is None:
        return
    said = answer.json()
    if said["sha256"] != item.sha256 or said["size"] != len(item.body):
        session.problem(f"{item.title}: acknowledged as {said['size']} bytes {said['sha256']}")
    if item.id not in (None, said["id"]):
        session.problem(f"{item.title}: was {item.id}, and is now {said['id']}")
    item.id = said["id"]


def on_item(title, what, effect, wanted, method, target, body=None):
    """A change of the recording of that title, if it is known to the client."""
    @named(f"{what} {title}")
    def step(session):
        item = session.model.items.get(title)
        if item and item.id:
            path = f"/api/v1/recordings/{item.id}{target}"
            session.change(item, effect, wanted, method, path, body)
    return step


def patch(title, new_title):
    return on_item(title, "patch", renamed(new_title), {200}, "PATCH", "", {"title": new_title})


def trash(title):
    return on_item(title, "trash", moved(LISTED, TRASHED), {204}, "DELETE", "")


def restore(title):
    return on_item(title, "restore", moved(TRASHED, LISTED), {200}, "POST", "/restore")


def purge(title):
    return on_item(title, "purge", moved(TRASHED, PURGED), {204}, "DELETE", "?permanent=1")


def add_token(name):
    @named(f"add token {name}")
    def step(session):
        if session.model.session is None:
            return
        answer = session.ask("POST", "/api/v1/tokens", {"name": name, "scopes": ["read"]})
        if answer.status == 201:
            said = answer.json()
            session.model.tokens[name] = Token(said["id"], said["token"])
        else:
            session.judge(answer, "add token", uncertain=False)
    return step


def revoke_token(name):
    @named(f"revoke token {name}")
    def step(session):
        token = session.model.tokens.get(name)
        if token:
            session.change(token, lambda works: False, {204}, "DELETE",
                           f"/api/v1/tokens/{token.id}")
    return step


def use_token(name):
    """Works, or works no more, as it must."""
    @named(f"use token {name}")
    def step(session):
        token = session.model.tokens.get(name)
        if token:
            answer = session.ask("GET", "/api/v1/recordings?limit=1", token=token.text)
            if answer.status not in {200 if works else 401 for works in token.states}:
                session.problem(f"token {name}: {answer.status}, but works: {token.states}")
    return step


def play(title):
    @named(f"play {title}")
    def step(session):
        item = session.model.items.get(title)
        if not (item and item.id and item.sure() in (LISTED, TRASHED)):
            return
        answer = session.read(f"/api/v1/recordings/{item.id}/audio")
        if answer and answer.body != item.body:
            session.problem(f"{title}: {len(answer.body)} other bytes than were sent")
    return step


def list_all(session):
    """What is listed is what was acknowledged; what was not may be there too."""
    if session.model.session is None:
        return
    seen = read_all(session)
    if seen is not None:
        compare(session, seen)


def read_all(session):
    """{id: (place, recording)}; None after a refusal."""
    seen = {}
    for place, state in ((LISTED, ""), (TRASHED, "&state=trashed")):
        answer = session.read(f"/api/v1/recordings?limit=200{state}")
        if answer is None:
            return None
        seen.update({item["id"]: (place, item) for item in answer.json()["items"]})
    return seen


def compare(session, seen):
    ids = {item.id: item for item in session.model.items.values() if item.id}
    unknown = {item.title: item for item in session.model.items.values() if not item.id}
    found = {}
    for id, (place, recording) in seen.items():
        item = ids.get(id) or unknown.get(recording["title"])
        if item is None or item.title in found:
            session.problem(f"{id} \"{recording['title']}\" is listed, and nobody sent it (twice)")
            continue
        found[item.title] = (id, place, recording)
    for item in session.model.items.values():
        id, place, recording = found.get(item.title, (None, ABSENT, {"title": ""}))
        if not item.may_be(place, recording["title"]):
            session.problem(f"{item.title} is {place} as \"{recording['title']}\", but should be "
                            f"one of {sorted(item.states)}")
        if id and not item.is_as_sent(place, recording):
            session.problem(f"{item.title} is not what was sent: {json.dumps(recording)}")
    return found


def await_checkpoint(session):
    """Until the idle server has copied its log into the database; not once the fault has come."""
    if session.disk is None:
        return
    deadline = time.monotonic() + 20
    begun = len(list(session.disk.calls()))
    while not session.disk.fired():
        later = list(session.disk.calls())[begun:]
        if any(c.kind == "fdatasync" and c.path == "/tapedeck.db" for c in later):
            return
        if session.server.process.poll() is not None:
            return
        if time.monotonic() > deadline:
            session.problem("the idle server made no checkpoint")
            return
        time.sleep(0.01)
