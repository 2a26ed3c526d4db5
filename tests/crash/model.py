"""What a data folder may hold after a session: what was acknowledged, surely, and what was asked
and never answered, either all of it or nothing."""

import hashlib
import random

# A state of a recording is (place, title).
ABSENT, LISTED, TRASHED, PURGED = "absent", "listed", "trashed", "purged"


class Item:
    """A recording that the session sends."""

    def __init__(self, title, size, key=None):
        self.title, self.key = title, key
        self.take_body(random.Random(title).randbytes(size))
        self.id = None  # as soon as it is known
        self.states = {(ABSENT, "")}

    def take_body(self, body):
        self.body, self.sha256 = body, hashlib.sha256(body).hexdigest()

    def sure(self):
        """The only possible place; None when there are several."""
        places = {place for place, _ in self.states}
        return places.pop() if len(places) == 1 else None

    def may_be(self, place, title):
        """Whether that can be what is stored; a purged one looks as if it had never been."""
        return any(place == seen_as(was) and (place == ABSENT or title == named)
                   for was, named in self.states)

    def settle(self, place, title):
        """It was seen so: nothing else is possible any more."""
        self.states = {(was, named) for was, named in self.states
                       if seen_as(was) == place and (place == ABSENT or named == title)}

    def is_as_sent(self, place, recording):
        """Whether what is listed there can be what was sent."""
        state = "trashed" if place == TRASHED else "ready"
        return (recording["state"], recording["size"], recording["sha256"]) == (
            state, len(self.body), self.sha256)


class Live(Item):
    """One that grows by a tus upload. Its size is at least what was acknowledged. More of it may
    be there up to any byte that was sent, but all or nothing of what was sent under a checksum."""

    def __init__(self, title, size, is_deferred=False, is_part=False):
        super().__init__(title, size)
        self.is_deferred = is_deferred  # its length is told with its last bytes
        self.is_part = is_part  # of a concatenation: never listed
        self.url = None  # as soon as it is known
        self.acked = self.sent = 0
        self.loose = 0  # up to here any byte may be the last

    def send_to(self, end, is_checked):
        self.sent = max(self.sent, end)
        if not is_checked:
            self.loose = max(self.loose, end)

    def may_have(self, size):
        return size in (self.acked, self.sent) or self.acked < size <= self.loose

    def is_complete(self):
        return self.acked == len(self.body)

    def is_as_sent(self, place, recording):
        size = recording["size"]
        if size == len(self.body):
            return self.may_have(size) and super().is_as_sent(place, recording)
        is_live = recording["state"] in ("recording", "interrupted") and not recording["sha256"]
        return self.may_have(size) and is_live


class Joined(Item):
    """The concatenation of parts."""

    def __init__(self, title, parts):
        super().__init__(title, 0)
        self.take_body(b"".join(part.body for part in parts))
        self.parts = [part.title for part in parts]


def seen_as(place):
    return ABSENT if place == PURGED else place


def moved(*places):
    """A change of place, from the first to the last of `places`; any of them may be the start."""
    def change(state):
        place, title = state
        return (places[-1], title) if place in places else None
    return change


def added(title):
    def change(state):
        place, named = state
        return (LISTED, title) if place == ABSENT else (place, named)
    return change


def renamed(title):
    def change(state):
        place, _ = state
        return (place, title) if place in (LISTED, TRASHED) else None
    return change


class Token:
    """A token of the account, and whether it works: one of, or both."""

    def __init__(self, id, text):
        self.id, self.text = id, text
        self.states = {True}


class Model:
    def __init__(self, name="ann"):
        self.name, self.password = name, "correct horse battery"
        self.account = {False}  # whether there is one
        self.session = None  # the token that the session uses
        self.items = {}  # title as sent: Item
        self.parts = {}  # title: Live, of concatenations
        self.tokens = {}  # name: Token

    def copy(self):
        """One for another session; bodies are shared, states are not."""
        other = Model(self.name)
        other.account, other.session = set(self.account), self.session
        for kind in ("items", "parts", "tokens"):
            things = getattr(self, kind).items()
            setattr(other, kind, {name: copied(thing) for name, thing in things})
        return other


def copied(thing):
    other = object.__new__(type(thing))
    other.__dict__.update(thing.__dict__)
    other.states = set(thing.states)
    return other
