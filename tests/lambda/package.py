"""The zip and the templates."""

import functools
import json
import os
import re
import subprocess
import tempfile
import zipfile

from emulation import clean_environment

FORMATS = {"sam": "template.yaml", "cfn": "template.yaml", "terraform": "main.tf"}
ACTION = re.compile(r"\b(?:dynamodb|s3|logs):[A-Z]\w+")


def run(programs, *arguments, status=0):
    done = subprocess.run(
        [os.path.join(programs, "tapedeck"), "lambda", *arguments],
        capture_output=True, env=clean_environment(), check=False,
    )
    assert done.returncode == status, f"{arguments}: {done.returncode} {done.stderr.decode()}"
    return done


def read(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def packaged(programs, folder, kind="sam"):
    run(programs, "package", "--format", kind, "--out", folder)
    return os.path.join(folder, "tapedeck-lambda.zip")


@functools.cache
def template_of(programs, kind):
    with tempfile.TemporaryDirectory() as place:
        packaged(programs, place, kind)
        return read(place, FORMATS[kind]).decode()


def the_zip_holds_the_bootstrap_and_nothing_else(programs):
    with tempfile.TemporaryDirectory() as place:
        first = packaged(programs, place)
        with zipfile.ZipFile(first) as archive:
            assert archive.testzip() is None
            (entry,) = archive.infolist()
            assert entry.filename == "bootstrap"
            assert entry.external_attr >> 16 & 0o777 == 0o755, "Lambda must be able to run it"
            assert archive.read(entry) == read(programs, "tapedeck-lambda")
        bytes_of_first = read(first)
        assert read(packaged(programs, place)) == bytes_of_first, "the same program, the same zip"
        print(f"counts: zip of {len(bytes_of_first) / 1e6:.1f} MB")


def every_format_has_its_template(programs):
    for kind in FORMATS:
        for word in ("TAPEDECK_CATALOG", "provided.al2023", "RESPONSE_STREAM", "x86_64"):
            assert word in template_of(programs, kind), f"{kind} lacks {word}"
    run(programs, "package", "--format", "chalice", status=2)


def what_is_no_function_is_not_packaged(programs):
    with tempfile.TemporaryDirectory() as place:
        for other in (os.path.join(programs, "tapedeck"), "/etc/hosts"):
            done = run(programs, "package", "--bootstrap", other, "--out", place, status=1)
            assert b"tapedeck-lambda" in done.stderr, "it says how to build one"
        run(programs, "package", "--bootstrap", "/nowhere", "--out", place, status=2)


def terraform_is_well_formed(programs):
    """Syntax alone: the provider's own check needs Terraform, which no package has."""
    script = """
        import { parse } from '@cdktf/hcl2json';
        import { readFileSync } from 'node:fs';
        console.log(JSON.stringify(await parse('main.tf', readFileSync(0, 'utf8'))));"""
    done = subprocess.run(
        [os.environ["NODE"], "--input-type=module", "-e", script], text=True,
        input=template_of(programs, "terraform"), cwd=os.environ["LAMBDA_HCL"],
        capture_output=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    parsed = json.loads(done.stdout)
    for kind in ("aws_dynamodb_table", "aws_s3_bucket", "aws_lambda_function"):
        assert kind in parsed["resource"], kind


def the_role_may_do_the_same_in_every_template(programs):
    policy = json.loads(run(programs, "policy", "--table", "t", "--bucket", "b").stdout)
    wanted = set()
    for statement in policy["Statement"]:
        actions = statement["Action"]
        wanted |= set([actions] if isinstance(actions, str) else actions)
        resources = statement["Resource"]
        for resource in [resources] if isinstance(resources, str) else resources:
            assert resource != "*", "no right to everything"
    assert "dynamodb:Query" in wanted and not any("*" in action for action in wanted)
    for kind in FORMATS:
        assert set(ACTION.findall(template_of(programs, kind))) == wanted, kind


TESTS = [
    the_zip_holds_the_bootstrap_and_nothing_else,
    every_format_has_its_template,
    what_is_no_function_is_not_packaged,
    terraform_is_well_formed,
    the_role_may_do_the_same_in_every_template,
]
