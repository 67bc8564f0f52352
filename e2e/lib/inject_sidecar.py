#!/usr/bin/env python3
"""A mutating admission webhook, as meshes have one: adds a container that never ends to every Pod it is asked about.

    inject_sidecar.py --certificate FILE --key FILE --image REFERENCE [--log TEXT-FILE]

Prints the port that it listens on. With --log the container first prints that text.
"""
import argparse
import base64
import http.server
import json
import ssl
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--certificate", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--image", required=True)
parser.add_argument("--log")
arguments = parser.parse_args()
text = open(arguments.log, encoding="utf-8").read() if arguments.log else ""
SIDECAR = {
    "name": "a-sidecar", "image": arguments.image,
    "command": ["/bin/busybox", "sh", "-c", 'printf "%s\\n" "$TEXT"; exec sleep 3600'], "env": [{"name": "TEXT", "value": text}],
    "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}},
    "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
}
# First of all containers: whoever takes the first one for the scanner is wrong.
PATCH = base64.b64encode(json.dumps([{"op": "add", "path": "/spec/containers/0", "value": SIDECAR}]).encode()).decode()


class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": {
            "uid": review["request"]["uid"], "allowed": True, "patchType": "JSONPatch", "patch": PATCH}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(arguments.certificate, arguments.key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit(0)
