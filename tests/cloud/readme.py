"""The README's first five minutes, line by line, on S3 and DynamoDB."""

import os
import re
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def blocks_of(section):
    """The shell lines of a section of the README, block by block."""
    with open(os.path.join(ROOT, "README.md")) as file:
        text = file.read()
    body = text.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", body, re.S)


def the_first_five_minutes_work_unchanged(stage):
    stage.init()
    stage.serve()
    sign_up, upload, play, change, live, commands = blocks_of("The first five minutes")
    # What a reader puts in by hand: the token and an id that they were given. Instead of the
    # microphone and the loudspeaker a file speaks, and the bytes are counted.
    fill = [
        ("http://localhost:8080", stage.url),
        ("td_s_…", "$TOKEN"),
        ("ID=01…", "ID=$FIRST"),
        ("arecord -t wav -f S16_LE -r 16000", "cat examples/speech.wav"),
        ("aplay", "wc -c"),
        ("build/release/tapedeck", stage.program),
    ]
    commands = "\n".join(line for line in commands.splitlines()
                         if " record" not in line and " watch" not in line)
    first = "FIRST=$(curl -s -H \"$AUTH\" http://localhost:8080/api/v1/recordings" \
            " | grep -o '\"id\":\"[^\"]*' | head -n 1 | cut -d'\"' -f4)"
    script = "\n".join([
        "set -euo pipefail", "exec 2>&1",
        "SIGNED=$(" + sign_up.strip() + ")", 'echo "$SIGNED"',
        "TOKEN=$(echo \"$SIGNED\" | grep -o 'td_s_[A-Za-z0-9]*')",
        upload, first, play,
        "cmp copy.wav examples/speech.wav || cmp copy.wav examples/speech.opus",
        change, live,
        f"export TAPEDECK_SERVER={stage.url}", "export XDG_STATE_HOME=$PWD/state", commands,
    ])
    for text, meant in fill:
        script = script.replace(text, meant)
    os.symlink(os.path.join(ROOT, "examples"), stage.path("examples"))
    store = {f"TAPEDECK_{k.upper().replace('-', '_')}": v for k, v in stage.stores.items()}
    done = subprocess.run(["bash", "-c", script], cwd=stage.place, capture_output=True, text=True,
                          timeout=120, env={**stage.env, **store, "TAPEDECK_DATA": stage.data})
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    for part in ("206", "204", '"state":"ready"', "A young man", "✓ catalog"):
        assert part in said, f"no {part!r} in {said}"


TESTS = [the_first_five_minutes_work_unchanged]
