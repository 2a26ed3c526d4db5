"""A proxy of the tests' own: a bad network between a client and a server."""

import contextlib
import socket
import threading

CHUNK_BYTES = 16 * 1024


class Proxy:
    """Passes connections on to a port of this machine, and misbehaves as told."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.changed = threading.Condition()
        self.taken = 0  # bytes of clients that were passed on
        self.cut_after = None  # bytes of one connection, which is then broken off
        self.stall_at = None  # bytes of all connections: no more is passed on
        self.answers = []  # given instead of passing the next requests on, one a connection
        self.stalled = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_on()
        self.listener.close()

    def wait_until_stalled(self, seconds=60):
        with self.changed:
            assert self.changed.wait_for(lambda: self.stalled, seconds), f"{self.taken} bytes came"

    def go_on(self):
        """Ends a stall."""
        with self.changed:
            self.stall_at = None
            self.stalled = False
            self.changed.notify_all()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client:
            if self.answers:
                client.recv(CHUNK_BYTES)
                client.sendall(self.answers.pop(0))
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                back = threading.Thread(target=self._pass_back, args=(server, client), daemon=True)
                back.start()
                self._pass_on(client, server)
                back.join()

    def _pass_on(self, client, server):
        passed = 0
        with contextlib.suppress(OSError):
            while data := client.recv(CHUNK_BYTES):
                self._wait_while_stalled(len(data))
                server.sendall(data)
                passed += len(data)
                if self.cut_after and passed >= self.cut_after:
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)
                    break
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _wait_while_stalled(self, count):
        with self.changed:
            while self.stall_at is not None and self.taken + count > self.stall_at:
                self.stalled = True
                self.changed.notify_all()
                self.changed.wait()
            self.taken += count

    @staticmethod
    def _pass_back(server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(CHUNK_BYTES):
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
