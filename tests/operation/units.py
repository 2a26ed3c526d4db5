"""systemd: sockets it passes on, what it is told, and the unit files."""

import os
import shutil
import socket
import subprocess
import sys

from stage import eventually, free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# As systemd does it: the socket becomes descriptor 3, the pid is that of the program.
LAUNCHER = """
import os, sys
os.dup2(int(sys.argv[1]), 3, inheritable=True)
os.environ["LISTEN_FDS"] = "1"
os.environ["LISTEN_PID"] = str(os.getpid() + int(sys.argv[2]))
os.execv(sys.argv[3], sys.argv[3:])
"""


def launcher(listener, pid_error=0):
    return [sys.executable, "-c", LAUNCHER, str(listener.fileno()), str(pid_error)]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except ConnectionRefusedError:
        return False


def it_serves_on_the_socket_it_is_given(stage):
    other = free_port()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        # A connection that came before the program did is not lost.
        early = socket.create_connection(("127.0.0.1", port))
        early.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        url = stage.serve(listen=f"127.0.0.1:{other}", launcher=launcher(listener),
                          pass_fds=[listener.fileno()])
        assert url == f"http://127.0.0.1:{port}", url
        assert early.recv(100).startswith(b"HTTP/1.1 200")
        early.close()
        assert stage.ask("GET", "/healthz")[0] == 200
        assert not listens(other), "`listen` is bound although a socket was given"
        assert stage.stop()[0] == 0


def a_unix_socket_may_be_given_too(stage):
    path = stage.path("given.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        stage.serve(launcher=launcher(listener), pass_fds=[listener.fileno()])
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        assert stage.stop()[0] == 0
    assert os.path.exists(path), "the socket is systemd's to remove"


def sockets_for_another_process_are_left_alone(stage):
    own = free_port()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = stage.serve(listen=f"127.0.0.1:{own}", launcher=launcher(listener, pid_error=1),
                          pass_fds=[listener.fileno()])
        assert url == f"http://127.0.0.1:{own}", url
        assert stage.ask("GET", "/healthz")[0] == 200


def readiness_and_the_stop_are_told(stage):
    for name in (stage.path("notify"), f"\0tapedeck-test-{os.getpid()}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(name)
            told.settimeout(30)
            env = {**stage.env, "NOTIFY_SOCKET": name.replace("\0", "@")}
            stage.serve(env=env)
            assert told.recv(100) == b"READY=1"
            assert stage.ask("GET", "/healthz")[0] == 200
            assert stage.stop()[0] == 0
            assert told.recv(100) == b"STOPPING=1"


def nobody_who_listens_to_notifications_is_no_error(stage):
    stage.serve(env={**stage.env, "NOTIFY_SOCKET": stage.path("absent")})
    assert stage.stop()[0] == 0


def the_unit_files_are_valid(stage):
    verify = shutil.which("systemd-analyze")
    if not verify:
        # Not every machine that builds has systemd; what follows is read by it alone.
        print("note: no systemd-analyze here; the units were not verified")
        return
    for unit in ("tapedeck.service", "tapedeck.socket"):
        with open(os.path.join(ROOT, "deploy", unit)) as file:
            text = file.read()
        stage.write(unit, text.replace("/usr/local/bin/tapedeck", stage.program))
    done = subprocess.run(
        [verify, "verify", "--man=no", stage.path("tapedeck.service"),
         stage.path("tapedeck.socket")],
        capture_output=True, text=True, timeout=120,
    )
    complaints = [line for line in done.stderr.splitlines() if "tapedeck" in line]
    assert done.returncode == 0 and not complaints, done.stderr


def the_unit_starts_the_program_with_flags_it_knows(stage):
    with open(os.path.join(ROOT, "deploy", "tapedeck.service")) as file:
        (line,) = [line for line in file if line.startswith("ExecStart=")]
    words = line.strip().removeprefix("ExecStart=").replace("%S", stage.path("state")).split()
    assert words[1] == "serve", words
    os.mkdir(stage.path("state"))
    stage.data = stage.path("state", "tapedeck")
    stage.serve(*words[4:])
    assert words[2] == "--data" and words[3] == stage.data, words
    eventually(stage.log, lambda log: '"event":"serving"' in log.replace(": ", ":"))


TESTS = [
    it_serves_on_the_socket_it_is_given,
    a_unix_socket_may_be_given_too,
    sockets_for_another_process_are_left_alone,
    readiness_and_the_stop_are_told,
    nobody_who_listens_to_notifications_is_no_error,
    the_unit_files_are_valid,
    the_unit_starts_the_program_with_flags_it_knows,
]
