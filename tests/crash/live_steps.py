"""Steps of uploads that grow by tus, and how a client goes on with them after a restart."""

import hashlib
import time
from base64 import b64encode

from model import ABSENT, Joined, Live, added
from steps import in_chunks, named

UPLOADS = "/api/v1/uploads"
VERSION = {"Tus-Resumable": "1.0.0"}
PIECE = {**VERSION, "Content-Type": "application/offset+octet-stream"}


def begin_live(title, size, is_deferred=False):
    """An upload without bytes yet."""
    @named(f"begin {title}")
    def step(session):
        item = session.model.items[title] = Live(title, size, is_deferred)
        create(session, item)
    return step


def send_part(title, size):
    """A part of a concatenation, created with all its bytes."""
    @named(f"part {title}")
    def step(session):
        part = session.model.parts[title] = Live(title, size, is_part=True)
        create(session, part, part.body)
    return step


def create(session, item, body=b""):
    """Begins it, or finds what was begun under the same key. Whether it was acknowledged."""
    headers = {**(PIECE if body else VERSION), "Upload-Metadata": metadata_of(item)}
    if item.is_part:
        headers.update({"Upload-Concat": "partial", "Idempotency-Key": key_of(item)})
    if item.is_deferred:
        headers["Upload-Defer-Length"] = "1"
    else:
        headers["Upload-Length"] = str(len(item.body))
    item.send_to(len(body), is_checked=False)
    answer = session.change(item, added(item.title), {201}, "POST", UPLOADS, body, headers)
    if answer is None:
        return False
    item.url = answer.headers["Location"]
    note_id(session, item, answer)
    note_offset(session, item, answer)
    if body and not item.is_complete():
        session.problem(f"{item.title}: {item.acked} of {len(body)} bytes were acknowledged")
    return True


def key_of(item):
    return f"key-of-{item.title}"


def metadata_of(item):
    texts = {"title": item.title, "clientId": key_of(item)}
    return ",".join(f"{name} {b64encode(text.encode()).decode()}" for name, text in texts.items())


def note_id(session, item, answer):
    id = answer.headers["Recording-Id"]
    if item.id not in (None, id):
        session.problem(f"{item.title}: was {item.id}, and is now {id}")
    item.id = id


def note_offset(session, item, answer):
    offset = int(answer.headers["Upload-Offset"])
    if not item.may_have(offset):
        session.problem(f"{item.title}: has {offset} bytes, but {item.acked} were acknowledged "
                        f"and {item.sent} sent ({item.loose} without a checksum)")
    item.acked = max(item.acked, offset)


def append(title, end, is_chunked=False, is_checked=False):
    """Its bytes up to `end`, from where the server is."""
    @named(f"append to {title}")
    def step(session):
        item = session.model.items.get(title)
        if not (item and item.url):
            return
        is_known = item.acked == item.sent or ask_offset(session, item)
        if is_known and item.acked < end:
            send_piece(session, item, end, is_chunked, is_checked)
    return step


def ask_offset(session, item):
    """What a client does that did not hear how its last piece ended. Whether it was told."""
    answer = session.ask("HEAD", item.url, headers=VERSION)
    if answer.status == 423:  # the only trouble that does not make clients forget the upload
        session.refusals.append((session.step, answer.status))
        return False
    if answer.status != 200:
        session.problem(f"HEAD of {item.title}: {answer.status}")
        return False
    note_offset(session, item, answer)
    return True


def send_piece(session, item, end, is_chunked=False, is_checked=False):
    piece = item.body[item.acked:end]
    headers = {**PIECE, "Upload-Offset": str(item.acked)}
    if is_checked:
        digest = hashlib.sha256(piece).digest()
        headers["Upload-Checksum"] = f"sha256 {b64encode(digest).decode()}"
    if item.is_deferred and end == len(item.body):
        headers["Upload-Length"] = str(end)
    item.send_to(end, is_checked)
    body = in_chunks(piece) if is_chunked else piece
    answer = session.ask("PATCH", item.url, body, headers)
    if answer.status != 204:
        session.judge(answer, f"append to {item.title}", uncertain=False)
    elif int(answer.headers["Upload-Offset"]) != end:
        session.problem(f"{item.title}: {answer.headers['Upload-Offset']} is not {end}")
    else:
        item.acked = item.sent = item.loose = end


def join(title, *parts):
    """One recording out of parts that arrived before."""
    @named(f"join {title}")
    def step(session):
        known = [session.model.parts.get(part) for part in parts]
        if all(part and part.url and part.is_complete() for part in known):
            session.model.items[title] = Joined(title, known)
            concatenate(session, session.model.items[title])
    return step


def concatenate(session, item):
    """Whether it was acknowledged."""
    urls = " ".join(session.model.parts[part].url for part in item.parts)
    headers = {**VERSION, "Upload-Metadata": metadata_of(item), "Upload-Concat": f"final;{urls}"}
    answer = session.change(item, added(item.title), {201}, "POST", UPLOADS, b"", headers)
    if answer is None:
        return False
    note_id(session, item, answer)
    if int(answer.headers["Upload-Offset"]) != len(item.body):
        session.problem(f"{item.title}: acknowledged as {answer.headers['Upload-Offset']} bytes")
    return True


def play_prefix(title):
    """Of one that grows: what was acknowledged can be heard."""
    @named(f"play what there is of {title}")
    def step(session):
        item = session.model.items.get(title)
        if item and item.id and 0 < item.acked < len(item.body):
            hear_prefix(session, item)
    return step


def hear_prefix(session, item):
    last = item.acked - 1
    answer = session.ask("GET", f"/api/v1/recordings/{item.id}/audio",
                         headers={"Range": f"bytes=0-{last}"})
    if answer.status != 206:
        session.judge(answer, f"the beginning of {item.title}", uncertain=False)
        return
    where = answer.headers["Content-Range"]
    if answer.body != item.body[:item.acked] or where != f"bytes 0-{last}/*":
        session.problem(f"{item.title}: {where} is other bytes than were sent")


def await_chores(session):
    """Until the sweep of the start is done: what it does comes before the first step, always."""
    deadline = time.monotonic() + 20
    words = ""
    while not ("chores done" in words or "chores failed" in words):
        if session.server.process.poll() is not None:
            return
        if time.monotonic() > deadline:
            session.problem("the server did not sweep at its start")
            return
        time.sleep(0.002)
        words = session.server.log.read_text(errors="replace")
    if not session.disk.fired() and "joined=1" not in words:
        session.problem(f"the sweep joined nothing: {words[-500:]}")


def resume_all(session):
    """After a restart each upload goes on from what it has, and becomes what was sent."""
    model = session.model
    grown = [item for item in model.items.values() if isinstance(item, Live)]
    for item in [*grown, *model.parts.values()]:
        resume(session, item)
    for item in model.items.values():
        if isinstance(item, Joined) and not concatenate(session, item):
            session.problem(f"{item.title} cannot be joined again")


def resume(session, item):
    """By its key, and by the URL that it had: both lead to the same offset."""
    old_url, was_absent = item.url, item.sure() == ABSENT
    if not create(session, item):
        session.problem(f"{item.title} cannot be begun again")
        return
    if was_absent and item.acked:
        session.problem(f"{item.title} was not there, and has {item.acked} bytes")
    if old_url:
        begun_again, item.url = item.acked, old_url
        if ask_offset(session, item) and item.acked != begun_again:
            session.problem(f"{item.title}: {item.acked} by its URL, {begun_again} by its key")
    if item.is_complete():
        return
    if item.acked and not item.is_part:
        hear_prefix(session, item)
    send_piece(session, item, len(item.body))
