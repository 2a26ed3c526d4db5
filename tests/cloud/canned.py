"""A service that says one thing to everything, for what the real engines cannot be brought to."""

import contextlib
import email.utils
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LIST = """<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>
</ListBucketResult>"""


def s3_error(code, more=""):
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message>{more}</Error>'


def dynamo_error(code, words="no"):
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": words})


@contextlib.contextmanager
def service(status, body, seconds_ahead=0):
    """Its URL."""
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response_only(status)
            self.send_header("Date", email.utils.formatdate(time.time() + seconds_ahead,
                                                            usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_PUT = do_POST = do_DELETE = answer

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
