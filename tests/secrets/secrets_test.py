#!/usr/bin/env python3
"""No secret is ever in a log: secrets_test.py BINARY.

Runs a server at debug level, with a log for humans and one as JSON, through a session that issues
and uses every kind of secret, rightly and wrongly. Then none of them may be in what it wrote. The
one-time setup link of a first start is meant to be read and is looked for apart."""

import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "engines"))

from server import Server  # noqa: E402

PASSWORD = "correct-horse-battery-9431"
WRONG_PASSWORD = "wrong-horse-battery-7728"


class Session:
    """Talks to the server and remembers each secret, with what it is."""

    def __init__(self, server):
        self.server = server
        self.secrets = {"password": PASSWORD, "wrong password": WRONG_PASSWORD}

    def run(self):
        self.accounts()
        self.tokens()
        self.playback()
        self.uploads()
        self.original()
        self.mistakes()

    def accounts(self):
        for name in ("first", "ann"):  # the first may be an admin, the second is not
            answer = self.server.ask_json(201, "POST", "/api/v1/users",
                                          {"username": name, "password": PASSWORD})
            self.secrets[f"session of {name}"] = self.token = answer["token"]
        answer = self.server.ask_json(201, "POST", "/api/v1/sessions",
                                      {"username": "ann", "password": PASSWORD})
        self.secrets["second session"] = answer["token"]
        self.server.ask("POST", "/api/v1/sessions", {"username": "ann", "password": WRONG_PASSWORD})
        self.server.ask("POST", "/api/v1/users", {"username": "eve", "password": PASSWORD,
                                                   "invitation": "td_i_" + "q7Z" * 16 + "a"})
        self.secrets["invented invitation"] = "td_i_" + "q7Z" * 16 + "a"

    def tokens(self):
        answer = self.server.ask_json(201, "POST", "/api/v1/tokens",
                                      {"name": "player", "scopes": ["read", "write"]}, self.token)
        self.secrets["personal token"] = personal = answer["token"]
        self.server.ask_json(200, "GET", "/api/v1/recordings", token=personal)
        # People put tokens where they do not belong.
        self.server.ask("GET", f"/api/v1/recordings?access_token={personal}")
        self.server.ask("GET", f"/api/v1/{personal}")
        self.server.ask("GET", f"/api/v1/recordings?cursor={quote(personal)}", token=personal)

    def playback(self):
        recording = self.server.ask_json(201, "POST", "/api/v1/recordings?title=One", "one" * 99,
                                         self.token)
        target = f"/api/v1/recordings/{recording['id']}/playback-urls"
        answer = self.server.ask_json(201, "POST", target, {"expires_in": 60}, self.token)
        self.secrets["playback capability"] = answer["url"].rsplit("/", 1)[1]
        status, _, body = self.server.ask("GET", answer["url"])
        if (status, body) != (200, b"one" * 99):
            raise RuntimeError(f"the playback URL answers {status}")
        self.server.ask("GET", answer["url"] + "?x=1", headers={"Range": "bytes=0-1"})
        self.server.ask("GET", answer["url"] + "x")

    def uploads(self):
        tus = {"Tus-Resumable": "1.0.0"}
        chunk = {**tus, "Content-Type": "application/offset+octet-stream"}
        status, fields, _ = self.server.ask("POST", "/api/v1/uploads", b"one", token=self.token,
                                            headers={**chunk, "Upload-Length": "9"})
        upload = fields["Location"]
        self.secrets["upload"] = upload.rsplit("/", 1)[1]
        if status != 201:
            raise RuntimeError(f"a creation answers {status}")
        for method, target, headers in (
                ("HEAD", upload, tus), ("HEAD", upload, {}), ("HEAD", upload + "x", tus),
                ("PATCH", upload, {**chunk, "Upload-Offset": "0"}),
                ("PATCH", upload, {**chunk, "Upload-Offset": "3"}),
                ("GET", upload, {}), ("GET", "/api/v1/recordings?upload=" + upload, {}),
                ("DELETE", upload, tus), ("DELETE", upload, tus)):
            self.server.ask(method, target, b"two" if method == "PATCH" else None, headers=headers)

    def original(self):
        answer = self.server.ask_json(200, "GET", "/login?social_id=7&social_type=kakao")
        self.secrets["original key"] = answer["auth_key"]
        both = {"Authorization": f"{answer['user_id']} {answer['auth_key']}"}
        self.server.ask_json(200, "GET", "/record/list", headers=both)
        self.server.ask("GET", f"/record/list?key={answer['auth_key']}", headers=both)
        self.server.ask("PUT", "/record/a.m4a", b"abc",
                        headers={**both, "Content-Type": "application/octet-stream"})

    def mistakes(self):
        for value in self.secrets.values():
            self.server.ask("GET", "/api/v1/users/me", token=value)
        self.server.ask("PATCH", "/api/v1/users/me",
                        {"password": WRONG_PASSWORD, "new_password": PASSWORD + "2"}, self.token)
        self.secrets["new password"] = PASSWORD + "2"
        self.server.ask("DELETE", "/api/v1/users/me", {"password": WRONG_PASSWORD}, self.token)


def tell(binary, folder, form):
    """(checks, failures) for one form of the log."""
    log = Path(folder) / f"{form}.log"
    server = Server(binary, Path(folder) / form, log, "--log-format", form, "--log-level", "debug",
                    "--allow-unverified-social-login", "yes").start()
    session = Session(server)
    try:
        session.run()
    finally:
        status = server.stop()
    text = log.read_text(errors="replace")
    failures = []
    for what, secret in session.secrets.items():
        for written in {secret, quote(secret), secret[:24] if len(secret) > 32 else secret}:
            if written in text:
                line = next(line for line in text.splitlines() if written in line)
                failures.append(f"{form}: the {what} is in the log: {line[:300]}")
                break
    if "/api/v1/recordings" not in text:
        failures.append(f"{form}: there is no access log, so nothing was tested: {text[:500]}")
    if form == "json":
        lines = [line for line in text.splitlines() if line.startswith("{")]
        for line in lines:
            json.loads(line)
        if not lines:
            failures.append("json: no line is JSON")
    if status != 0:
        failures.append(f"{form}: the server ended with {status}")
    return len(session.secrets) + 2, failures


def main():
    binary = str(Path(sys.argv[1]).resolve())
    checks, failures = 0, []
    with tempfile.TemporaryDirectory(prefix="tapedeck-secrets-") as folder:
        for form in ("human", "json"):
            count, found = tell(binary, folder, form)
            checks += count
            failures += found
    for failure in failures:
        print("FAILED:", failure)
    print(f"{max(0, checks - len(failures))} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
