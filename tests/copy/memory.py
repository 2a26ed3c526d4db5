"""What was put on a server, and what another one must then have."""

import base64
import hashlib
import http.client
import json
import random
import threading

FILLERS = 4
PAGE = 200


def some_bytes(number):
    source = random.Random(number)
    return source.randbytes(source.randrange(40, 3000))


class Client:
    """A kept connection with a token."""

    def __init__(self, port, token):
        self.token = token
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method, target, body=None, headers=None):
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        self.connection.request(method, target, body=body, headers=headers)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()


class Memory:
    """What was acknowledged: the bytes of every recording, by its id."""

    def __init__(self, token):
        self.token = token
        self.sums = {}
        self.lock = threading.Lock()
        self.refusals = 0

    def upload(self, client, number):
        body = some_bytes(number)
        told = f"filename=a{number}.bin&title=Memo%20{number}&tags=t{number % 7}"
        target = f"/api/v1/recordings?{told}"
        status, headers, answer = client.ask("POST", target, body)
        if status == 503:
            assert headers["Retry-After"], answer
            self.refusals += 1
            return False
        assert status == 201, (status, answer)
        with self.lock:
            self.sums[json.loads(answer)["id"]] = hashlib.sha256(body).hexdigest()
        return True

    def fill(self, port, count):
        failures = []

        def work(first):
            try:
                client = Client(port, self.token)
                for number in range(first, count, FILLERS):
                    assert self.upload(client, number)
            except Exception as failure:  # told by the test's own thread
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(FILLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures

    def remove(self, client, ids, for_good):
        for one in ids:
            status, _, answer = client.ask("DELETE", f"/api/v1/recordings/{one}")
            assert status == 204, answer
            if for_good:
                status, _, answer = client.ask("DELETE", f"/api/v1/recordings/{one}?permanent=1")
                assert status == 204, answer
            with self.lock:
                del self.sums[one]

    def check_bytes(self, client, count):
        ids = sorted(self.sums)
        for one in random.Random(1).sample(ids, min(count, len(ids))):
            status, _, body = client.ask("GET", f"/api/v1/recordings/{one}/audio")
            assert status == 200, (one, status, body)
            assert hashlib.sha256(body).hexdigest() == self.sums[one], one


class HalfUpload:
    """A tus upload of which one half has come."""

    def __init__(self, client, whole=100_000):
        self.body = random.Random(5).randbytes(whole)
        name = base64.b64encode(b"half.bin").decode()
        status, headers, answer = client.ask("POST", "/api/v1/uploads", None, {
            "Tus-Resumable": "1.0.0", "Upload-Length": str(whole),
            "Upload-Metadata": f"filename {name}"})
        assert status == 201, answer
        self.url = headers["Location"]
        self.append(client, 0, whole // 2)

    def append(self, client, begin, end):
        status, headers, answer = client.ask("PATCH", self.url, self.body[begin:end], {
            "Tus-Resumable": "1.0.0", "Upload-Offset": str(begin),
            "Content-Type": "application/offset+octet-stream"})
        assert status == 204, (status, answer)
        assert int(headers["Upload-Offset"]) == end

    def offset(self, client):
        status, headers, _ = client.ask("HEAD", self.url, None, {"Tus-Resumable": "1.0.0"})
        assert status == 200, status
        return int(headers["Upload-Offset"])

    def finish(self, client):
        assert self.offset(client) == len(self.body) // 2
        self.append(client, len(self.body) // 2, len(self.body))


def listing(client, query=""):
    """All pages; without what depends on the moment of asking."""
    items, cursor = [], ""
    while True:
        after = f"&cursor={cursor}" if cursor else ""
        target = f"/api/v1/recordings?limit={PAGE}{query}{after}"
        status, _, answer = client.ask("GET", target)
        assert status == 200, answer
        page = json.loads(answer)
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


def etags(client, ids):
    found = {}
    for one in ids:
        status, headers, _ = client.ask("GET", f"/api/v1/recordings/{one}")
        assert status == 200
        found[one] = headers["ETag"]
    return found
