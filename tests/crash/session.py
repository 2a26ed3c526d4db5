"""One client that goes through steps against a server whose disk may fail, or which may die."""

import http.client
import json
import time
from dataclasses import dataclass

CUT = "cut off"  # instead of a status: the answer's head came, and not all of its body


class ServerGone(Exception):
    """The connection broke and the process has ended."""


@dataclass
class Answer:
    status: int
    headers: object
    body: bytes

    def json(self):
        return json.loads(self.body) if self.body else None


class Session:
    """`disk` is the FaultyDisk under the server, or None. What went wrong is in `problems`; every
    503 and 507, the 423 of an upload's HEAD, and what broke off, is in `refusals`, as (step,
    status)."""

    def __init__(self, server, model, disk=None):
        self.server, self.model, self.disk = server, model, disk
        self.problems = []
        self.refusals = []
        self.step = ""
        self.connection = None

    def run(self, steps):
        """False when the server died on the way."""
        try:
            for step in steps:
                self.step = step.__name__
                step(self)
        except ServerGone:
            return False
        finally:
            self.close()
        return True

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def problem(self, text):
        self.problems.append(f"{self.step}: {text}")

    def ask(self, method, target, body=None, headers=None, token=None):
        headers = dict(headers or {})
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        token = token or self.model.session
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection = self.connection or self.server.connect(timeout=20)
        try:
            self._send(method, target, body, headers)
            response = self.connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self._expect_end()
            if isinstance(error, http.client.IncompleteRead):
                return Answer(CUT, {}, error.partial)
            self.problem(f"{method} {target}: no answer from a living server: {error!r}")
            raise ServerGone from error
        # A server that refuses a body of unknown length closes when more of it comes than it cares
        # to drop, and cannot announce that.
        refused_stream = answer.status >= 400 and "Transfer-Encoding" in headers
        if refused_stream or answer.headers.get("Connection", "").lower() == "close":
            self.close()
        return answer

    def _send(self, method, target, body, headers):
        chunked = body is not None and not isinstance(body, (bytes, str))
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        try:
            self.connection.request(method, target, body=body, headers=headers,
                                    encode_chunked=chunked)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may have answered before it heard all; the answer will tell

    def _expect_end(self):
        """After a broken connection: ServerGone if the process has ended."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if self.server.process.poll() is not None:
                raise ServerGone
            time.sleep(0.002)

    def read(self, target, token=None):
        """What a GET must give, whatever the disk did; None after a refusal."""
        answer = self.ask("GET", target, token=token)
        if answer.status == 200:
            return answer
        self.judge(answer, f"GET {target}", uncertain=False)
        return None

    def change(self, subject, effect, wanted, method, target, body=None, headers=None):
        """Asks for a change of `subject`, whose states `effect` maps. The answer, or None when the
        change was not acknowledged: then it happened or did not."""
        before = set(subject.states)
        after = {effect(state) for state in before} - {None}
        subject.states = before | after  # from here on, until somebody says which
        answer = self.ask(method, target, body, headers)
        if answer.status in wanted:
            if not after:
                self.problem(f"{method} {target}: {answer.status}, which cannot be")
            subject.states = after
            return answer
        self.judge(answer, f"{method} {target}", uncertain=len(before) > 1)
        return None

    def judge(self, answer, asked, uncertain):
        if answer.status == CUT:
            self.refusals.append((self.step, CUT))
        elif answer.status in (503, 507):
            self.refusals.append((self.step, answer.status))
            self._check_problem(answer, asked)
        elif not (uncertain and 400 <= answer.status < 500):
            self.problem(f"{asked}: {answer.status}: {answer.body[:300]}")

    def _check_problem(self, answer, asked):
        kind = answer.headers.get("Content-Type", "")
        try:
            said = answer.json()
        except ValueError:
            said = {}
        wanted = {503: "/problems/unavailable", 507: "/problems/storage-full"}[answer.status]
        whole = all(said.get(name) for name in ("title", "detail", "request_id"))
        if (kind != "application/problem+json" or said.get("type") != wanted or not whole
                or said.get("status") != answer.status):
            self.problem(f"{asked}: {answer.status} is no proper problem: {kind} "
                         f"{answer.body[:300]}")
