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
        self.body = random.Random(title).randbytes(size)
        self.sha256 = hashlib.sha256(self.body).hexdigest()
        self.id = None  # as soon as it is known
        self.states = {(ABSENT, "")}

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
        self.tokens = {}  # name: Token

    def copy(self):
        """One for another session; bodies are shared, states are not."""
        other = Model(self.name)
        other.account, other.session = set(self.account), self.session
        for name, item in self.items.items():
            other.items[name] = copied(item)
        for name, token in self.tokens.items():
            other.tokens[name] = copied(token)
        return other


def copied(thing):
    other = object.__new__(type(thing))
    other.__dict__.update(thing.__dict__)
    other.states = set(thing.states)
    return other
