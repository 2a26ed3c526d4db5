"""tusd with its file store."""

import subprocess

import machine
from peers import fetch
from peers.tus import upload_plan
from servers import Server, free_port


class Tusd(Server):
    NAME = "tusd 2.9.1"
    GUARANTEES = "none: the page cache has it and an .info beside it"

    @staticmethod
    def why_not():
        return fetch.go_why_not()

    @staticmethod
    def install():
        return fetch.go("tusd", "github.com/tus/tusd/v2/cmd/tusd@v2.9.1")

    def __init__(self, folder, log, core=machine.SERVER_CORE):
        port = free_port()
        command = [self.install(), "-host", "127.0.0.1", "-port", port, "-upload-dir", folder,
                   "-verbose=false", "-expose-metrics=false"]
        super().__init__(command, port, "/", subprocess.DEVNULL, core)  # it logs each request

    def upload_plan(self, size):
        return upload_plan("/files/", size)
