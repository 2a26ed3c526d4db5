"""storage init and storage policy: what they make, and what they leave as it is."""

import json

from cloud_stage import dynamo, s3cmd


def outcomes(answer):
    return [step["outcome"] for step in answer["steps"]]


def init_makes_the_bucket_and_the_table_once(stage):
    made = stage.init("--cors-origins", "https://app.example,https://b.example")
    assert outcomes(made) == ["made"] * 5, made
    again = stage.init("--cors-origins", "https://app.example,https://b.example")
    assert outcomes(again) == ["kept"] * 5, again
    assert "closed" not in json.dumps(again), again
    rules = s3cmd("getlifecycle", f"s3://{stage.bucket}")
    assert "<DaysAfterInitiation>2</DaysAfterInitiation>" in rules.replace("\n", ""), rules
    described = s3cmd("info", f"s3://{stage.bucket}")
    assert "https://app.example" in described and "https://b.example" in described, described
    status, table = dynamo("DescribeTable", {"TableName": stage.table})
    names = {i["IndexName"] for i in table["Table"]["LocalSecondaryIndexes"]}
    assert status == 200 and names == {"listed", "changed"}, table


def rules_of_others_stay_in_the_bucket(stage):
    s3cmd("mb", f"s3://{stage.bucket}")
    theirs = stage.write("rules.xml", """<LifecycleConfiguration>
      <Rule><ID>theirs</ID><Prefix>logs/</Prefix><Status>Enabled</Status>
      <Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>""")
    s3cmd("setlifecycle", theirs, f"s3://{stage.bucket}")
    made = stage.init()
    assert outcomes(made) == ["kept", "made", "made", "made"], made
    rules = s3cmd("getlifecycle", f"s3://{stage.bucket}")
    assert "theirs" in rules and "logs/" in rules and "<ID>tapedeck</ID>" in rules, rules


def people_read_what_was_done_and_the_policy_is_for_iam(stage):
    done = stage.run("storage", "init", *stage.flags())
    assert f"the bucket {stage.bucket}" in done.stdout and "made" in done.stdout, done.stdout
    policy = json.loads(stage.run("storage", "policy", *stage.flags()).stdout)
    assert policy == json.loads(done.stdout[done.stdout.index("{"):]), done.stdout
    rights = {action for s in policy["Statement"] for action in s["Action"]}
    assert "s3:PutObject" in rights and "dynamodb:Query" in rights, rights
    assert not any("*" in right or "Scan" in right or "Create" in right for right in rights), rights
    places = [place for s in policy["Statement"] for place in s["Resource"]]
    assert f"arn:aws:s3:::{stage.bucket}/blobs/*" in places, places
    assert f"arn:aws:dynamodb:us-east-1:*:table/{stage.table}" in places, places


def local_stores_need_no_preparing(stage):
    said = stage.run("storage", "init", code=2).stderr
    assert "--blobs s3" in said, said
    only_audio = stage.run("storage", "init", "--json", *stage.flags(catalog="sqlite"))
    assert outcomes(json.loads(only_audio.stdout)) == ["made"] * 3, only_audio.stdout


TESTS = [
    init_makes_the_bucket_and_the_table_once,
    rules_of_others_stay_in_the_bucket,
    people_read_what_was_done_and_the_policy_is_for_iam,
    local_stores_need_no_preparing,
]
