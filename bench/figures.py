"""What a case gives: one row of figures."""

import statistics


def row(case, metric, unit, mine, theirs, peer_name):
    own = statistics.median(mine)
    other = statistics.median(theirs) if theirs else None
    return {
        "case": case,
        "metric": metric,
        "unit": unit,
        "ours": own,
        "peer": peer_name,
        "peer_value": other,
        "ratio": own / other if other else None,
        "spread": (max(mine) - min(mine)) / own if own else 0.0,
    }
