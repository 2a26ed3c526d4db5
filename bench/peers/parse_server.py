"""parse-server with PostgreSQL: a file, and then an object that names it, by a signed-in user."""

import json
from pathlib import Path

import machine
from peers import fetch, postgres
from servers import Server, call, free_port

APP = {"X-Parse-Application-Id": "bench"}


class ParseServer(Server):
    NAME = "parse-server 9.10.0, PostgreSQL"
    GUARANTEES = "auth, synced row; the file is not synced"
    PACKAGES = ("parse-server@9.10.0", "@parse/fs-files-adapter@3.0.0")

    @staticmethod
    def why_not():
        return fetch.npm_why_not() or postgres.why_not()

    @classmethod
    def install(cls):
        return fetch.npm("parse", cls.PACKAGES)

    def __init__(self, folder, log, core=machine.SERVER_CORE):
        self.database = postgres.Postgres(folder, free_port(), log, core)
        try:
            port = free_port()
            script = Path(__file__).with_name("parse_server.mjs")
            command = ["node", script, self.install(), port, self.database.uri]
            super().__init__(command, port, "/parse/health", log, core, folder)
            self.token = self.prepare()
        except BaseException:
            self.stop()
            raise

    def prepare(self):
        """A user's token; only signed-in users make and list recordings."""
        signed_in = {"requiresAuthentication": True}
        schema = {
            "fields": {"title": {"type": "String"}, "audio": {"type": "File"}},
            "classLevelPermissions": {right: signed_in for right in ("create", "find", "get")},
        }
        master = APP | {"X-Parse-Master-Key": "bench-master"}
        call(self.port, "POST", "/parse/schemas/Recording", schema, master)
        user = {"username": "bench", "password": "bench-password"}
        return call(self.port, "POST", "/parse/users", user, APP)["sessionToken"]

    def upload_plan(self, size):
        headers = [f"{name}: {value}" for name, value in APP.items()]
        headers += [f"X-Parse-Session-Token: {self.token}"]
        audio = {"__type": "File", "name": "m{n}.wav"}
        return {
            "method": "POST",
            "path": "/parse/files/m{n}.wav",
            "headers": [*headers, "Content-Type: audio/wav"],
            "body_bytes": size,
            "then_path": "/parse/classes/Recording",
            "then_headers": [*headers, "Content-Type: application/json"],
            "then_body": json.dumps({"title": "Memo {n}", "audio": audio}),
        }

    def stop(self):
        try:
            if hasattr(self, "process"):
                super().stop()
        finally:
            self.database.stop()
