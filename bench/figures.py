"""What a case gives: rows of figures. `rounds` keeps what each round measured."""

import statistics

NOISY_SHARE = 1 / 3  # of a row's rounds, from which on the row is called noisy


def at_least(value, of="ratio"):
    """`of` "ours": of our own figure, in the row's unit."""
    return {"of": of, "least": value}


def at_most(value, of="ratio"):
    return {"of": of, "most": value}


def is_met(goal, figures):
    """None when there is nothing to judge."""
    value = figures[goal["of"]] if goal else None
    if value is None:
        return None
    return value >= goal["least"] if "least" in goal else value <= goal["most"]


def median(values):
    return statistics.median(values) if values else None


def row(case, metric, unit, mine, theirs, peer_name, goal=None, guarantees=("", ""), late=((), ()),
        noisy=()):
    """Medians of rounds. `late` has p99s in milliseconds, ours and the peer's; `noisy` says of each
    round why it was, or nothing."""
    own, other = median(mine), median(theirs)
    found = {
        "case": case,
        "metric": metric,
        "unit": unit,
        "ours": own,
        "guarantees": guarantees[0],
        "peer": peer_name,
        "peer_value": other,
        "peer_guarantees": guarantees[1],
        "ratio": own / other if other else None,
        "spread": (max(mine) - min(mine)) / own if own else 0.0,
        "p99_ms": median(late[0]),
        "peer_p99_ms": median(late[1]),
        "noisy": sum(map(bool, noisy)) >= max(1, len(noisy) * NOISY_SHARE),
        "goal": goal,
        "rounds": {
            "ours": list(mine), "peer": list(theirs), "p99_ms": list(late[0]),
            "peer_p99_ms": list(late[1]), "noise": list(noisy),
        },
    }
    return found | {"is_met": is_met(goal, found)}
