"""A deployment of the original server on the engines that ./test cloud has started."""

import json
import os
import subprocess
import urllib.parse
import uuid

USERS = [("kakao_7", "k" * 64), ("kakao_7", "q" * 64), ("kakao_8", "e" * 64), ("nobody", "n" * 64)]
RECORDS = {
    "kakao_7_2018-05-01_10-11-12.m4a": ("kakao_7", "first.m4a", "2018-05-01"),
    "kakao_7_2018-05-02_10-11-12.x y": ("kakao_7", "odd.x y", "2018-05-02"),
    "kakao_7_2018-05-03_10-11-12.m4a": ("kakao_7", "lost.m4a", "2018-05-03"),
    "kakao_8_2018-05-01_10-11-12.m4a": ("kakao_8", "other.m4a", "2018-05-01"),
}
LOST = "kakao_7_2018-05-03_10-11-12.m4a"
ORPHAN = "kakao_7_2018-05-07_10-11-12.m4a"
FINDINGS = {"double_user": 1, "refused_user": 1, "no_object": 1, "no_row": 1, "public_object": 1}


def bytes_of(record):
    return f"the bytes of {record}".encode()


class Deployment:
    def __init__(self):
        unique = uuid.uuid4().hex
        self.users, self.records = f"recording_user_{unique}", f"recording_recording_{unique}"
        self.bucket = f"original-{unique}"
        self._make_table(self.users, "auth_key")
        self._make_table(self.records, "user_id")
        for user, key in USERS:
            self._put_row(self.users, {"id": user, "auth_key": key})
        for record, (user, name, date) in RECORDS.items():
            self._put_row(self.records, {"id": record, "user_id": user, "file_name": name,
                                         "created_at": date})
        self._put_object("")
        for record in [*RECORDS, ORPHAN]:
            if record != LOST:
                self._put_object(record, is_public=record == ORPHAN)

    def arguments(self):
        return ["--users-table", self.users, "--records-table", self.records,
                "--bucket", self.bucket, "--json"]

    def _call(self, service, *arguments):
        key = f'{os.environ["AWS_ACCESS_KEY_ID"]}:{os.environ["AWS_SECRET_ACCESS_KEY"]}'
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "--max-time", "30", "--user", key,
             "--aws-sigv4", f"aws:amz:us-east-1:{service}", *arguments],
            capture_output=True, text=True)
        assert done.returncode == 0, (arguments, done)

    def _dynamo(self, operation, body):
        self._call("dynamodb", "-H", f"X-Amz-Target: DynamoDB_20120810.{operation}",
                   "-H", "Content-Type: application/x-amz-json-1.0", "-d", json.dumps(body),
                   os.environ["TEST_DYNAMODB"] + "/")

    def _make_table(self, name, sort_key):
        keys = [("id", "HASH"), (sort_key, "RANGE")]
        self._dynamo("CreateTable", {
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k, _ in keys],
            "KeySchema": [{"AttributeName": k, "KeyType": kind} for k, kind in keys]})
        subprocess.run(["sleep", "1"], check=True)  # dynalite makes it active in half of that

    def _put_row(self, table, row):
        item = {name: {"S": value} for name, value in row.items()}
        self._dynamo("PutItem", {"TableName": table, "Item": item})

    def _put_object(self, record, is_public=False):
        url = f'{os.environ["TEST_S3_ENDPOINT"]}/{self.bucket}'
        arguments = ["-X", "PUT", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
        if record:
            url += "/record/" + urllib.parse.quote(record, safe="")
            arguments += ["--data-binary", bytes_of(record).decode()]
        if is_public:
            arguments += ["-H", "x-amz-acl: public-read"]
        self._call("s3", *arguments, url)
