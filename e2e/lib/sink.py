#!/usr/bin/env python3
"""A receiver of webhooks that believes nothing: it checks each signature by itself and writes down what it got.

    sink.py --port N --record FILE [--secret TEXT]... [--mode FILE] [--trap FILE]

A line of JSON for each request: time, path, id, whether each secret verifies, the answer given, the message. The answer is
204, or what the file --mode says at that moment: a status, and after a blank the seconds of a Retry-After. The path /as/STATUS
has that status for an answer whatever --mode says (3xx leads to a metadata address), /as/hang none for a minute. A file --trap
(`PID before` or `PID after`) has that process killed before its next request is answered, or right after; then it is gone.
"""
import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import signal
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--record", required=True)
parser.add_argument("--secret", action="append", default=[])
parser.add_argument("--mode")
parser.add_argument("--trap", type=pathlib.Path)
options = parser.parse_args()
lock = threading.Lock()


def verifies(secret, headers, body):
    """By the text of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, the key behind whsec_ in base64, five minutes of tolerance."""
    identity, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, f"{identity}.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
    given = [part.partition(",")[2] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    return abs(time.time() - int(moment)) < 300 and any(hmac.compare_digest(expected, each) for each in given)


class Sink(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        mode = pathlib.Path(options.mode).read_text().split() if options.mode and pathlib.Path(options.mode).exists() else []
        status = int(mode[0]) if mode else 204
        wish = self.path.removeprefix("/as/") if self.path.startswith("/as/") else ""
        if wish == "hang":
            time.sleep(60)
        elif wish:
            status, mode = int(wish), [wish, "3600"] if wish == "429" else []
        victim, moment = self.trap()
        if moment == "before":
            os.kill(victim, signal.SIGKILL)
            status = 0
        line = {"time": time.time(), "path": self.path, "id": self.headers.get("webhook-id"), "status": status,
                "verified": [verifies(secret, self.headers, body) for secret in options.secret], "message": json.loads(body)}
        with lock, open(options.record, "a") as record:
            record.write(json.dumps(line) + "\n")
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        if len(mode) > 1:
            self.send_header("Retry-After", mode[1])
        if 300 <= status < 400:
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.flush()
        if moment == "after":
            os.kill(victim, signal.SIGKILL)

    def trap(self):
        if not options.trap or not options.trap.exists():
            return 0, ""
        victim, moment = options.trap.read_text().split()
        options.trap.unlink()
        return int(victim), moment

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A sender that is killed resets its connection: that is what some scenarios are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


Server(("127.0.0.1", options.port), Sink).serve_forever()
