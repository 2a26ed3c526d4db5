"""Settings and services that do not fit: a start says which setting and the cure, and at run time
nothing is acknowledged."""

import json
import os

import canned
from cloud_stage import S3, await_table, dynamo, s3cmd
from playing import fetch
from stage import free_port

KEY = {"AWS_ACCESS_KEY_ID": "NOBODY", "AWS_SECRET_ACCESS_KEY": "nothing"}
SECRET = {"AWS_SECRET_ACCESS_KEY": "wrong"}


def expect(said, *parts):
    for part in parts:
        assert part in said, f"no {part!r} in {said}"
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in said, said


def wrong_keys_are_named_with_where_they_come_from(stage):
    stage.init()
    expect(stage.refusal(env=KEY), "does not know the access key", "AWS_ACCESS_KEY_ID",
           "s3_endpoint")
    expect(stage.refusal(env=SECRET), "secret key", "AWS_ACCESS_KEY_ID")
    half = {**KEY, "AWS_SECRET_ACCESS_KEY": ""}
    expect(stage.refusal(env=half), "belong together")


def keys_that_are_nowhere_are_said_to_lack(stage):
    stage.init()
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": stage.place,
            "AWS_EC2_METADATA_DISABLED": "true"}
    expect(stage.refusal(env=none), "no AWS keys", "~/.aws/credentials")
    other = {**none, "AWS_PROFILE": "tapes"}
    expect(stage.refusal(env=other), "the profile tapes in " + stage.path(".aws/credentials"))
    os.makedirs(stage.path(".aws"))
    keys = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    stage.write(".aws/credentials", "[tapes]\naws_access_key_id = %s\n"
                                    "aws_secret_access_key = %s\n" % keys)
    stage.serve(env={**stage.env, **other})
    assert stage.ask("GET", "/readyz")[0] == 200


def a_bucket_or_table_that_is_not_there_can_be_made(stage):
    expect(stage.refusal(), stage.table, "dynamo_table", "tapedeck storage init")
    stage.init()
    expect(stage.refusal(s3_bucket="test-nowhere"), "test-nowhere", "s3_bucket",
           "tapedeck storage init")


def a_bucket_that_is_open_to_all_is_refused_until_it_is_closed(stage):
    stage.init()
    open_one = stage.bucket + "-open"
    s3cmd("mb", f"s3://{open_one}")
    s3cmd("setacl", "--acl-public", f"s3://{open_one}")
    expect(stage.refusal(s3_bucket=open_one), "Anybody may read", open_one, "s3_bucket",
           "tapedeck storage init")
    assert fetch(f"{S3}/{open_one}/")[0] == 200, "it is not open: the test shows nothing"
    stage.stores["s3-bucket"] = open_one
    assert stage.init()["steps"][1]["outcome"] == "made"
    assert fetch(f"{S3}/{open_one}/")[0] == 403
    stage.serve()


def a_table_of_another_kind_is_refused(stage):
    stage.init()
    other = {
        "TableName": stage.table + "-other",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    assert dynamo("CreateTable", other)[0] == 200
    plain = {
        "TableName": stage.table + "-plain",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"},
                      {"AttributeName": "SK", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"},
                                 {"AttributeName": "SK", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    assert dynamo("CreateTable", plain)[0] == 200
    for table in (other, plain):
        await_table(table["TableName"])
    expect(stage.refusal(dynamo_table=other["TableName"]), "not one of Tapedeck's", "dynamo_table")
    expect(stage.refusal(dynamo_table=plain["TableName"]), "no local secondary indexes",
           "dynamo_table")


def a_table_of_a_newer_program_is_refused(stage):
    stage.init()
    newer = {"PK": {"S": "schema"}, "SK": {"S": "schema"}, "version": {"N": "99"}}
    assert dynamo("PutItem", {"TableName": stage.table, "Item": newer})[0] == 200
    expect(stage.refusal(), "version 99", "newer Tapedeck")


def what_only_aws_says_is_understood(stage):
    stage.init()
    cases = [
        (400, canned.s3_error("ExpiredToken"), "have expired"),
        (400, canned.s3_error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
         "Set s3_region to eu-west-1"),
        (301, canned.s3_error("PermanentRedirect"), "Set s3_region"),
        (403, canned.s3_error("AccessDenied"), "tapedeck storage policy"),
        (200, "<html>welcome</html>", "s3_endpoint"),
    ]
    for status, body, part in cases:
        with canned.service(status, body) as url:
            expect(stage.refusal(s3_endpoint=url), part)
    cases = [
        (400, canned.dynamo_error("ExpiredTokenException"), "have expired"),
        (400, canned.dynamo_error("UnrecognizedClientException"), "does not know the access key"),
        (400, canned.dynamo_error("InvalidSignatureException",
                                  "Credential should be scoped to a valid region."),
         "Set dynamo_region"),
        (400, canned.dynamo_error("AccessDeniedException"), "tapedeck storage policy"),
    ]
    for status, body, part in cases:
        with canned.service(status, body) as url:
            expect(stage.refusal(dynamo_endpoint=url), part)


def a_clock_that_is_off_is_refused(stage):
    stage.init()
    with canned.service(200, canned.LIST, seconds_ahead=1200) as url:
        expect(stage.refusal(s3_endpoint=url), "seconds behind", "chrony")
    with canned.service(200, "{}", seconds_ahead=-1200) as url:
        expect(stage.refusal(dynamo_endpoint=url), "seconds ahead of", "chrony")


def a_service_that_is_not_there_is_named(stage):
    stage.init()
    url = f"http://127.0.0.1:{free_port()}"
    expect(stage.refusal(s3_endpoint=url), "does not answer", "s3_endpoint", url)
    expect(stage.refusal(dynamo_endpoint=url), "does not answer", "dynamo_endpoint", url)


def what_goes_wrong_later_is_a_503_and_acknowledges_nothing(stage):
    stage.init()
    stage.serve("--signup", "open")
    token = stage.add_user()
    s3cmd("rb", "--force", "--recursive", f"s3://{stage.bucket}")
    status, headers, _ = stage.upload(token, b"a" * 1000)
    assert status == 503 and int(headers["Retry-After"]) > 0, (status, headers)
    status, _, body = stage.ask("GET", "/api/v1/recordings", token=token)
    assert status == 200 and json.loads(body)["items"] == [], body
    assert stage.ask("GET", "/readyz")[0] == 503
    stage.init()
    assert stage.upload(token, b"a" * 1000)[0] == 201
    assert stage.ask("GET", "/readyz")[0] == 200
    assert dynamo("DeleteTable", {"TableName": stage.table})[0] == 200
    status, headers, _ = stage.upload(token, b"a" * 1000)
    assert status == 503 and int(headers["Retry-After"]) > 0, (status, headers)


def the_audio_of_another_catalog_is_not_swept(stage):
    stage.init()
    stage.serve("--signup", "open")
    assert stage.upload(stage.add_user(), b"a" * 1000)[0] == 201
    stage.stop()
    stage.stores["dynamo-table"] += "-new"
    stage.init()
    said = stage.run("serve", "--listen", "127.0.0.1:0", "--data", stage.data, *stage.flags(),
                     code=1).stderr
    expect(said, "There is audio in the bucket " + stage.bucket, stage.table, "another catalog")
    assert len(stage.objects()) == 1, stage.objects()


def a_backup_of_the_folder_is_refused_with_what_to_use(stage):
    stage.init()
    stage.serve()
    said = stage.admin("backup", stage.path("backup"), code=1).stderr
    expect(said, "point-in-time recovery", "versioning")
    assert not os.path.exists(stage.path("backup"))
    assert sorted(os.listdir(stage.data)) == ["admin.sock", "lock"], os.listdir(stage.data)


TESTS = [
    wrong_keys_are_named_with_where_they_come_from,
    keys_that_are_nowhere_are_said_to_lack,
    a_bucket_or_table_that_is_not_there_can_be_made,
    a_bucket_that_is_open_to_all_is_refused_until_it_is_closed,
    a_table_of_another_kind_is_refused,
    a_table_of_a_newer_program_is_refused,
    what_only_aws_says_is_understood,
    a_clock_that_is_off_is_refused,
    a_service_that_is_not_there_is_named,
    what_goes_wrong_later_is_a_503_and_acknowledges_nothing,
    the_audio_of_another_catalog_is_not_swept,
    a_backup_of_the_folder_is_refused_with_what_to_use,
]
