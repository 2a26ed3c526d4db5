"""Makes the table that the CloudFormation template describes: table_of_template.py TAPEDECK TABLE.
Run by the Python that has cfn-lint, whose reader of templates it uses."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

from cfnlint.decode import cfn_yaml

# The template's words that CreateTable has too.
KNOWN = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes")


def main():
    program, table = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            [program, "lambda", "package", "--format", "cfn", "--out", place], check=True,
            env={"PATH": os.environ["PATH"]}, capture_output=True,
        )
        template = cfn_yaml.load(os.path.join(place, "template.yaml"))
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
