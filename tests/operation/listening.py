"""Addresses to listen on, and folders whose sockets have long paths."""

import http.client
import os
import socket
import stat


def healthy(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def ipv6_alone(stage):
    url = stage.serve(listen="[::1]:0")
    assert url.startswith("http://[::1]:"), url
    assert healthy("::1", stage.port)
    try:
        healthy("127.0.0.1", stage.port)
        raise AssertionError("it listens on IPv4 too")
    except ConnectionRefusedError:
        pass
    env = {"TAPEDECK_SERVER": url, "TAPEDECK_TOKEN": stage.add_user()}
    stage.run("ls", env=env)


def localhost_is_both_loopbacks(stage):
    url = stage.serve(listen="localhost:0")
    assert url.startswith("http://localhost:"), url
    assert healthy("127.0.0.1", stage.port)
    assert healthy("::1", stage.port)


def several_addresses(stage):
    path = stage.path("public.sock")
    stage.serve("--listen", f"unix:{path}")
    assert healthy("127.0.0.1", stage.port)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert stage.stop()[0] == 0
    assert not os.path.exists(path)


def deep_folder(stage):
    folder = stage.path("d" * 90, "e" * 90, "f" * 90)
    os.makedirs(folder)
    return folder


def a_data_folder_with_a_long_path(stage):
    stage.data = os.path.join(deep_folder(stage), "data")
    stage.serve()
    door = os.path.join(stage.data, "admin.sock")
    assert len(door) > 300
    mode = os.stat(door).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, oct(mode)
    stage.add_user()  # through the socket
    table = stage.admin("status").stdout
    assert "running" in table and "not running" not in table, table
    refused = stage.run("serve", "--data", stage.data, "--listen", "127.0.0.1:0", code=1)
    assert stage.data in refused.stderr, refused.stderr
    stage.admin("doctor", "--free-bytes-min", "1MiB", "--server", stage.url)
    assert stage.stop()[0] == 0
    assert not os.path.exists(door)


def a_long_socket_of_a_dead_server_is_taken_over(stage):
    stage.data = os.path.join(deep_folder(stage), "data")
    stage.serve()
    stage.kill()
    assert os.path.exists(os.path.join(stage.data, "admin.sock"))
    assert "not running" in stage.admin("status").stdout
    stage.serve()
    assert "not running" not in stage.admin("status").stdout


def a_public_socket_with_a_long_path(stage):
    path = os.path.join(deep_folder(stage), "public.sock")
    stage.serve("--listen", f"unix:{path}")
    folder = os.open(os.path.dirname(path), os.O_PATH)  # Python's paths are short too
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"/proc/self/fd/{folder}/public.sock")
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    os.close(folder)
    busy = stage.run("serve", "--data", stage.path("other"), "--listen", f"unix:{path}", code=1)
    assert "in use" in busy.stderr, busy.stderr


TESTS = [
    ipv6_alone,
    localhost_is_both_loopbacks,
    several_addresses,
    a_data_folder_with_a_long_path,
    a_long_socket_of_a_dead_server_is_taken_over,
    a_public_socket_with_a_long_path,
]
