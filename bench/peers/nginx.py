"""nginx, one worker: its dav PUT, and files by sendfile."""

import os
import shutil

from servers import Server, free_port

CONF = """
user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; client_max_body_size 0; client_body_buffer_size 128k;
  client_body_temp_path {folder}/tmp; keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s;
  server {{
    listen 127.0.0.1:{port}{ssl};
    location = /ok {{ return 200 "ok"; }}
    location / {{ root {folder}/root; dav_methods PUT DELETE; }}
  }}
}}
"""
SSL = " ssl; ssl_certificate {0}; ssl_certificate_key {1}; ssl_protocols TLSv1.2 TLSv1.3"


class Nginx(Server):
    NAME = "nginx dav PUT"
    GUARANTEES = "none: the page cache has it"

    @staticmethod
    def why_not():
        return None if shutil.which("nginx") else "apt-get install nginx-light"

    @staticmethod
    def install():
        pass  # Debian's

    def __init__(self, folder, log, certificate=None):
        for name in ("root", "tmp"):
            os.makedirs(folder / name, exist_ok=True)
        self.tls = certificate is not None
        self.root = folder / "root"
        port = free_port()
        ssl = SSL.format(*certificate) if certificate else ""
        (folder / "nginx.conf").write_text(CONF.format(folder=folder, port=port, ssl=ssl))
        command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
        super().__init__(command, port, "/ok", log)

    def drop_uploads(self):
        for uploaded in self.root.glob("*.bin"):
            uploaded.unlink()

    def upload_plan(self, size):
        return {"method": "PUT", "path": "/{n}.bin", "body_bytes": size}
