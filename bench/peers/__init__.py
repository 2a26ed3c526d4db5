"""What tapedeck is measured beside. Each is a server with a NAME, what it GUARANTEES when it
answers an upload, and `upload_plan(bytes)`: the generator's arguments for the nearest equal of "a
recording by an authenticated user, listed afterwards". `why_not()` is None, or says what is missing
here; `install()` fetches the pinned version once."""

import sys

from peers.nginx import Nginx
from peers.parse_server import ParseServer
from peers.pocketbase import PocketBase
from peers.tus_node import TusNode
from peers.tusd import Tusd

ALL = {
    "nginx": Nginx,
    "tus": TusNode,
    "tusd": Tusd,
    "pocketbase": PocketBase,
    "parse": ParseServer,
}
DEFAULT = tuple(ALL)


def installed(names):
    """Those that can run here; of each other one a line says why not."""
    found = []
    for name in names:
        reason = ALL[name].why_not()
        if reason is None:
            try:
                ALL[name].install()
            except Exception as error:
                reason = f"it could not be installed: {error}"
        if reason is None:
            found.append(name)
        else:
            print(f"peer {name} is left out: {reason}", file=sys.stderr)
    return tuple(found)
