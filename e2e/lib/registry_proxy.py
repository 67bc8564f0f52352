#!/usr/bin/env python3
"""Stands before a registry and passes everything on, or what the file --mode says at that moment:

    registry_proxy.py --port N --registry HOST:PORT --log FILE --mode FILE

A mode is a status, and after a blank the seconds of a Retry-After; or `hang`: no answer for a minute. A line of --log for each
request, as it is answered: seconds, method, path, status.
"""
import argparse
import http.client
import http.server
import pathlib
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--registry", required=True)
parser.add_argument("--log", required=True)
parser.add_argument("--mode", type=pathlib.Path, required=True)
options = parser.parse_args()
lock, log = threading.Lock(), open(options.log, "a", buffering=1)
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        began = time.time()
        try:
            mode = options.mode.read_text().split()
        except FileNotFoundError:
            mode = []
        if mode == ["hang"]:
            self.note(began, 0)
            time.sleep(60)
            self.close_connection = True
            return
        if mode:
            self.give(int(mode[0]), [("Retry-After", mode[1])] if mode[1:] else [], b"")
        else:
            upstream = http.client.HTTPConnection(options.registry, timeout=30)
            upstream.request(self.command, self.path, headers={name: value for name, value in self.headers.items() if name.lower() not in HOP})
            answer = upstream.getresponse()
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP or self.command == "HEAD" and name.lower() == "content-length"]
            self.give(answer.status, headers, answer.read())
            upstream.close()
        self.note(began, int(mode[0]) if mode else 200)

    do_HEAD = do_GET

    def give(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def note(self, began, status):
        with lock:
            log.write(f"{began:.3f} {self.command} {self.path} {status}\n")

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler).serve_forever()
