"""Pinned peers from npm and Go's modules, into build/bench/peers, once for each version."""

import os
import shutil
import subprocess

import machine

HOME = machine.WORK / "peers"


def npm_why_not():
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            return f"there is no {tool}: apt-get install nodejs npm (Node 20 or newer)"
    return None


def npm(folder, packages):
    """The folder whose node_modules has these packages, as NAME@VERSION."""
    home = HOME / folder
    mark = home / "installed"
    if mark.exists() and mark.read_text() == " ".join(packages):
        return home
    home.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"]
    subprocess.run([*command, str(home), *packages], check=True)
    mark.write_text(" ".join(packages))
    return home


def go_why_not():
    if shutil.which("go") is None:
        return "there is no Go toolchain: install Go 1.25 or newer, then run this again"
    return None


def go(program, module):
    """The program that `go install MODULE@VERSION` made."""
    home = HOME / module.replace("/", "_")
    if not (home / program).exists():
        home.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"GOBIN": str(home)}
        subprocess.run(["go", "install", module], check=True, env=environment)
    return home / program
