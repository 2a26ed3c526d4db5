"""PocketBase: a collection with a file field, whose records only signed-in users make and list."""

import subprocess

import machine
from peers import fetch
from peers.multipart import upload_plan
from servers import Server, call, free_port

ADMIN = ("admin@bench.example", "bench-password")
USER = ("user@bench.example", "bench-password")
SIGNED_IN = "@request.auth.id != ''"


class PocketBase(Server):
    NAME = "PocketBase 0.36.0"
    GUARANTEES = "auth, row; neither is synced (SQLite synchronous=NORMAL)"

    @staticmethod
    def why_not():
        return fetch.go_why_not()

    @staticmethod
    def install():
        return fetch.go("base", "github.com/pocketbase/pocketbase/examples/base@v0.36.0")

    def __init__(self, folder, log, core=machine.SERVER_CORE):
        program, port, data = self.install(), free_port(), f"--dir={folder}/data"
        subprocess.run([program, "superuser", "upsert", *ADMIN, data], check=True, cwd=folder,
                       stdout=log, stderr=log)
        command = [program, "serve", f"--http=127.0.0.1:{port}", data]
        super().__init__(command, port, "/api/health", log, core)
        try:
            self.token = self.prepare()
        except BaseException:
            self.stop()
            raise

    def sign_in(self, collection, who):
        body = {"identity": who[0], "password": who[1]}
        path = f"/api/collections/{collection}/auth-with-password"
        return call(self.port, "POST", path, body)["token"]

    def prepare(self):
        """A user's token. Logs of requests are off, as everybody's."""
        admin = {"Authorization": self.sign_in("_superusers", ADMIN)}
        call(self.port, "PATCH", "/api/settings", {"logs": {"maxDays": 0}}, admin)
        fields = [
            {"name": "title", "type": "text"},
            {"name": "audio", "type": "file", "maxSelect": 1, "maxSize": 1 << 30},
        ]
        collection = {"name": "recordings", "type": "base", "fields": fields,
                      "createRule": SIGNED_IN, "listRule": SIGNED_IN, "viewRule": SIGNED_IN}
        call(self.port, "POST", "/api/collections", collection, admin)
        user = {"email": USER[0], "password": USER[1], "passwordConfirm": USER[1]}
        call(self.port, "POST", "/api/collections/users/records", user, admin)
        return self.sign_in("users", USER)

    def upload_plan(self, size):
        path = "/api/collections/recordings/records"
        return upload_plan(path, [f"Authorization: {self.token}"], "audio", size)
