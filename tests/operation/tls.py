"""HTTPS by the program itself, with certificates that the openssl command makes."""

import http.client
import os
import shutil
import signal
import ssl
import subprocess

from stage import eventually


def openssl(stage, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=stage.place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def make_authority(stage):
    openssl(stage, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority",
            "-addext", "keyUsage=critical,keyCertSign")


def make_certificate(stage, name, serial):
    """name.pem and name.key for localhost, signed by the authority."""
    openssl(stage, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=localhost")
    stage.write("names.cnf", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl(stage, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-set_serial", str(serial), "-days", "1", "-extfile", "names.cnf",
            "-out", f"{name}.pem")


def put_in_use(stage, name):
    """As an operator does it: whole files take the place of the old ones."""
    for end in ("pem", "key"):
        shutil.copy(stage.path(f"{name}.{end}"), stage.path(f"new.{end}"))
        os.replace(stage.path(f"new.{end}"), stage.path(f"server.{end}"))


def serve(stage):
    make_authority(stage)
    make_certificate(stage, "first", 1001)
    put_in_use(stage, "first")
    return stage.serve("--tls-cert", "server.pem", "--tls-key", "server.key",
                       listen="localhost:0")


def connect(stage):
    trust = ssl.create_default_context(cafile=stage.path("ca.pem"))
    connection = http.client.HTTPSConnection("localhost", stage.port, timeout=30, context=trust)
    connection.connect()
    return connection


def serial(connection):
    return int(connection.sock.getpeercert()["serialNumber"], 16)


def serial_of_new_connection(stage):
    connection = connect(stage)
    try:
        return serial(connection)
    finally:
        connection.close()


def https_works_and_verifies(stage):
    url = serve(stage)
    assert url.startswith("https://localhost:"), url
    token = stage.add_user()
    connection = connect(stage)
    assert connection.sock.version() in ("TLSv1.2", "TLSv1.3")
    body = os.urandom(300_000)
    status, _, made = stage.ask("POST", "/api/v1/recordings", body, token, connection=connection)
    assert status == 201, made
    assert stage.ask("GET", "/healthz", connection=connection)[0] == 200
    connection.close()
    # A stranger's trust does not suffice, and the commands are strangers too until told.
    try:
        http.client.HTTPSConnection("localhost", stage.port, timeout=30).request("GET", "/healthz")
        raise AssertionError("an unknown authority was trusted")
    except ssl.SSLCertVerificationError:
        pass
    env = {"TAPEDECK_SERVER": url, "TAPEDECK_TOKEN": token}
    assert "not trusted" in stage.run("ls", code=1, env=env).stderr
    env["SSL_CERT_FILE"] = stage.path("ca.pem")
    assert len(stage.run("ls", env=env).stdout.splitlines()) >= 2


def sighup_takes_the_new_certificate(stage):
    serve(stage)
    old = connect(stage)
    assert serial(old) == 1001
    make_certificate(stage, "second", 1002)
    put_in_use(stage, "second")
    assert serial_of_new_connection(stage) == 1001, "not before it was told to"
    stage.server.send_signal(signal.SIGHUP)
    eventually(lambda: serial_of_new_connection(stage), lambda number: number == 1002)
    assert stage.ask("GET", "/healthz", connection=old)[0] == 200, "open connections go on"
    old.close()
    assert "read the certificate again" in stage.log()


def broken_files_keep_the_old_certificate(stage):
    serve(stage)
    make_certificate(stage, "second", 1002)
    breaks = [
        lambda: stage.write("server.pem", "no certificate\n"),
        lambda: os.remove(stage.path("server.pem")),
        lambda: shutil.copy(stage.path("second.pem"), stage.path("server.pem")),  # the old key
    ]
    for count, damage in enumerate(breaks, 1):
        put_in_use(stage, "first")
        damage()
        stage.server.send_signal(signal.SIGHUP)
        eventually(stage.log, lambda log, n=count: log.count("kept the old certificate") == n)
        assert serial_of_new_connection(stage) == 1001
    lines = [line for line in stage.log().splitlines() if "kept the old certificate" in line]
    assert all("server." in line and "cannot be used" in line for line in lines), lines
    put_in_use(stage, "second")
    stage.server.send_signal(signal.SIGHUP)
    eventually(lambda: serial_of_new_connection(stage), lambda number: number == 1002)


def a_start_with_broken_files_says_why(stage):
    make_authority(stage)
    make_certificate(stage, "first", 1001)
    make_certificate(stage, "second", 1002)
    done = stage.run("serve", "--data", stage.data, "--listen", "127.0.0.1:0", "--tls-cert",
                     "first.pem", "--tls-key", "second.key", code=1)
    assert "second.key cannot be used" in done.stderr, done.stderr


def sighup_without_tls_is_harmless(stage):
    stage.serve()
    stage.server.send_signal(signal.SIGHUP)
    assert stage.ask("GET", "/healthz")[0] == 200
    assert stage.stop()[0] == 0


TESTS = [
    https_works_and_verifies,
    sighup_takes_the_new_certificate,
    broken_files_keep_the_old_certificate,
    a_start_with_broken_files_says_why,
    sighup_without_tls_is_harmless,
]
