"""Servers of the real program over a bucket and a table of one test's own, in the engines that
`./test cloud` has started."""

import http.client
import json
import os
import secrets
import subprocess
import sys
from urllib.parse import urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "operation"))

from stage import Stage, eventually  # noqa: E402

S3 = os.environ["TEST_S3_ENDPOINT"]
DYNAMO = os.environ["TEST_DYNAMODB"]


def s3cmd(*arguments, code=0):
    """A client that is not ours."""
    host = urlsplit(S3).netloc
    done = subprocess.run(
        ["s3cmd", "--no-ssl", "--no-check-md5", f"--host={host}", f"--host-bucket={host}",
         "--config=/dev/null", f"--access_key={os.environ['AWS_ACCESS_KEY_ID']}",
         f"--secret_key={os.environ['AWS_SECRET_ACCESS_KEY']}", *arguments],
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == code, f"s3cmd {arguments}: {done.stdout}\n{done.stderr}"
    return done.stdout


def dynamo(operation, body):
    """(status, answer); dynalite looks at the form of a signature, not at its truth."""
    connection = http.client.HTTPConnection(urlsplit(DYNAMO).netloc, timeout=30)
    connection.request("POST", "/", json.dumps(body), {
        "X-Amz-Target": "DynamoDB_20120810." + operation,
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/"
                         "aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
    })
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def await_table(name):
    eventually(lambda: dynamo("DescribeTable", {"TableName": name})[1],
               lambda answer: answer["Table"]["TableStatus"] == "ACTIVE")


class CloudStage(Stage):
    def __init__(self, program, place):
        super().__init__(program, place)
        name = "test-" + secrets.token_hex(6)
        self.stores = {
            "catalog": "dynamo", "blobs": "s3",
            "s3-endpoint": S3, "s3-region": "us-east-1", "s3-bucket": name,
            "dynamo-endpoint": DYNAMO, "dynamo-region": "us-east-1", "dynamo-table": name,
        }

    @property
    def bucket(self):
        return self.stores["s3-bucket"]

    @property
    def table(self):
        return self.stores["dynamo-table"]

    def flags(self, **changed):
        """The flags of the stores; `None` leaves one out."""
        stores = {**self.stores, **{k.replace("_", "-"): v for k, v in changed.items()}}
        return [part for k, v in stores.items() if v is not None for part in (f"--{k}", v)]

    def init(self, *arguments, **changed):
        done = self.run("storage", "init", "--json", *self.flags(**changed), *arguments)
        return json.loads(done.stdout)

    def serve(self, *arguments, **more):
        return super().serve(*self.flags(), *arguments, **more)

    def admin(self, *arguments, **more):
        return super().admin(*arguments, *self.flags(), **more)

    def refusal(self, env=None, **changed):
        """What a start says that does not come about; `doctor` is red and says it too."""
        flags = self.flags(**changed)
        serve = self.run("serve", "--listen", "127.0.0.1:0", "--data", self.data, *flags, code=1,
                         env=env)
        examined = self.run("doctor", "--json", "--data", self.data, *flags, code=1, env=env)
        said = serve.stderr
        red = [c for c in json.loads(examined.stdout)["checks"] if not c["good"]]
        assert any(c["detail"] in said for c in red), f"{said}\n{red}"
        assert all(c["cure"] for c in red), red
        return said

    def objects(self):
        """The names in the bucket, by s3cmd; without the note of whose it is."""
        lines = s3cmd("ls", "-r", f"s3://{self.bucket}/").splitlines()
        names = [line.split(f"s3://{self.bucket}/", 1)[1] for line in lines if line]
        assert "blobs/catalog" in names, names
        return [name for name in names if name != "blobs/catalog"]


def second_server(stage):
    """Another server over the same stores, with a folder of its own."""
    other = CloudStage(stage.program, stage.path("second"))
    os.makedirs(other.place)
    other.stores = stage.stores
    return other
