"""@tus/server with its FileStore, one Node process."""

from pathlib import Path

import machine
from peers import fetch
from peers.tus import upload_plan
from servers import Server, free_port


class TusNode(Server):
    NAME = "@tus/server 2.4.5, FileStore"
    GUARANTEES = "none: the page cache has it and a .json beside it"
    PACKAGES = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")

    @staticmethod
    def why_not():
        return fetch.npm_why_not()

    @classmethod
    def install(cls):
        return fetch.npm("tus-node", cls.PACKAGES)

    def __init__(self, folder, log, core=machine.SERVER_CORE):
        folder.mkdir(exist_ok=True)
        port = free_port()
        script = Path(__file__).with_name("tus_server.mjs")
        command = ["node", script, self.install(), folder, port]
        super().__init__(command, port, "/", log, core, folder)

    def upload_plan(self, size):
        return upload_plan("/files", size)
