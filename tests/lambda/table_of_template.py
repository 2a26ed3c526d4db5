"""Makes the table that the CloudFormation template describes: table_of_template.py TAPEDECK TABLE.
Run by Debian's Python, which has python3-yaml."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

import yaml

# The template's words that CreateTable has too.
KNOWN = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes")


class Reader(yaml.SafeLoader):
    """Reads `!Ref x` and its like as their text: nothing of the table's shape has one."""


def read_function(reader, _name, node):
    if isinstance(node, yaml.ScalarNode):
        return reader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return reader.construct_sequence(node, deep=True)
    return reader.construct_mapping(node, deep=True)


Reader.add_multi_constructor("!", read_function)


def main():
    program, table = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            [program, "lambda", "package", "--format", "cfn", "--out", place], check=True,
            env={"PATH": os.environ["PATH"]}, capture_output=True,
        )
        with open(os.path.join(place, "template.yaml"), encoding="utf-8") as file:
            template = yaml.load(file, Reader)
    described = json.loads(json.dumps(template["Resources"]["Table"]["Properties"]))
    wanted = {name: described[name] for name in KNOWN} | {"TableName": table}
    place = urlsplit(os.environ["TAPEDECK_DYNAMO_ENDPOINT"])
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    # dynalite looks whether there is a signature, not whether it fits.
    signature = ("AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/dynamodb/aws4_request, "
                 "SignedHeaders=host;x-amz-date;x-amz-target, Signature=00")
    connection.request("POST", "/", json.dumps(wanted), {
        "X-Amz-Target": "DynamoDB_20120810.CreateTable", "X-Amz-Date": "20260101T000000Z",
        "Content-Type": "application/x-amz-json-1.0", "Authorization": signature,
    })
    answer = connection.getresponse()
    text = answer.read().decode()
    print(answer.status, text)
    sys.exit(0 if answer.status == 200 else 1)


main()
