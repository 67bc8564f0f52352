#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts real registries on loopback, one storage behind them all, and runs a command while they stand.

usage: test_registries.py COMMAND…

WATCHBILL_TEST_REGISTRIES names a JSON file: `open` (plain HTTP), `basic` (a name and a password), `token` (a token server), `tls` (our
own CA) are hosts with ports; `ca` is a PEM file; `user` and `password` fit both `basic` and `token`. Every registry has
`test/app` with the tags 1.0.0 to 1.24.0, `test/index` with an index for two platforms and an attestation, and `test/many` with
2,500 tags. `log` is the folder of their access logs.
"""
import base64
import crypt
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import registry as pushing  # noqa: E402

USER, PASSWORD = "watcher", "bill-of-watch"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificates(folder):
    """A CA, and a certificate of it for localhost that also signs tokens."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test-ca")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=localhost")
    with open(f"{folder}/leaf.cnf", "w") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", "leaf.pem", "-extfile", "leaf.cnf")
    openssl("x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.der")


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class TokenServer(http.server.BaseHTTPRequestHandler):
    """Gives `pull` on `test/…` to anyone but on `test/private…` to the one account; logs each request."""
    folder, log = "", None

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        given = self.headers.get("Authorization")
        TokenServer.log.write(f"{self.command} {self.path} {'account' if given == expected else 'other' if given else 'nobody'}\n")
        if given not in (None, expected):
            return self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "no"}]})
        access = []
        for scope in " ".join(query.get("scope", [])).split():
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            if kind == "repository" and "pull" in actions and (given or not name.startswith("test/private")):
                access.append({"type": kind, "name": name, "actions": ["pull"]})
        now = int(time.time())
        with open(f"{self.folder}/leaf.der", "rb") as file:
            header = {"alg": "RS256", "typ": "JWT", "x5c": [base64.b64encode(file.read()).decode()]}
        claims = {"iss": "test", "sub": USER, "aud": query.get("service", [""])[0], "nbf": now - 5, "iat": now, "exp": now + 300, "jti": str(now), "access": access}
        body = encoded(json.dumps(header).encode()) + b"." + encoded(json.dumps(claims).encode())
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{self.folder}/leaf.key"], input=body, check=True, capture_output=True)
        self.answer(200, {"token": (body + b"." + encoded(signed.stdout)).decode(), "expires_in": 300})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def push(host):
    registry = pushing.Registry(host)
    def image(repository, text):
        configuration = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Labels": {"text": text}}, "rootfs": {"type": "layers", "diff_ids": []}})
        return registry.image(repository, None, [text.encode()], configuration.encode())
    for repository in ("test/app", "test/private"):
        for minor in range(25):
            registry.image(repository, f"1.{minor}.0", [b"layer"], json.dumps({"architecture": "amd64", "os": "linux", "created": str(minor)}).encode())
    children = []
    for architecture, variant in (("amd64", None), ("arm", "v7")):
        platform = {"os": "linux", "architecture": architecture, **({"variant": variant} if variant else {})}
        children.append({**image("test/index", architecture), "platform": platform})
    children.append({**image("test/index", "attestation"), "platform": {"os": "unknown", "architecture": "unknown"},
                     "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": children[0]["digest"]}})
    registry.manifest("test/index", "latest", {"schemaVersion": 2, "mediaType": pushing.OCI_INDEX, "manifests": children})
    return {f"{c['platform']['os']}/{c['platform']['architecture']}": c["digest"] for c in children[:2]}


def many_tags(storage, count):
    """Tags as links in the storage: as many pushes would take minutes."""
    root = f"{storage}/docker/registry/v2/repositories/test"
    with open(f"{root}/app/_manifests/tags/1.0.0/current/link") as file:
        link = file.read()
    os.makedirs(f"{root}/many/_manifests/revisions")
    for number in range(count):
        folder = f"{root}/many/_manifests/tags/0.0.{number}/current"
        os.makedirs(folder)
        with open(f"{folder}/link", "w") as file:
            file.write(link)


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: test_registries.py COMMAND…")
    children = []
    with tempfile.TemporaryDirectory() as folder:
        certificates(folder)
        os.mkdir(f"{folder}/log")
        with open(f"{folder}/htpasswd", "w") as file:
            file.write(f"{USER}:{crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))}\n")
        TokenServer.folder, TokenServer.log = folder, open(f"{folder}/log/tokens", "w", buffering=1)
        tokens = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenServer)
        threading.Thread(target=tokens.serve_forever, daemon=True).start()
        token_host = f"127.0.0.1:{tokens.server_address[1]}"
        extra = {
            "open": "", "basic": f"auth: {{htpasswd: {{realm: test, path: '{folder}/htpasswd'}}}}",
            "token": f"auth: {{token: {{realm: 'http://{token_host}/token', service: test-registry, issuer: test, rootcertbundle: '{folder}/ca.pem'}}}}",
            "tls": "",
        }
        hosts = {}
        for name, auth in extra.items():
            port = free_port()
            hosts[name] = f"localhost:{port}"
            tls = f", tls: {{certificate: '{folder}/leaf.pem', key: '{folder}/leaf.key'}}" if name == "tls" else ""
            with open(f"{folder}/{name}.yml", "w") as file:
                file.write(f"version: 0.1\nlog: {{level: warn, accesslog: {{disabled: false}}}}\n"
                           f"storage: {{filesystem: {{rootdirectory: '{folder}/storage'}}}}\n"
                           f"http: {{addr: '127.0.0.1:{port}', secret: test{tls}}}\n{auth}\n")
            log = open(f"{folder}/log/{name}", "w")
            children.append(subprocess.Popen(["docker-registry", "serve", f"{folder}/{name}.yml"], stdout=log, stderr=open(f"{folder}/log/{name}.errors", "w")))
        try:
            for host in hosts.values():
                wait(host)
            digests = push(hosts["open"])
            many_tags(f"{folder}/storage", 2_500)
            facts = {**hosts, "tokens": token_host, "ca": f"{folder}/ca.pem", "user": USER, "password": PASSWORD, "log": f"{folder}/log", "children": digests}
            with open(f"{folder}/registries.json", "w") as file:
                json.dump(facts, file)
            status = subprocess.run(sys.argv[1:], env={**os.environ, "WATCHBILL_TEST_REGISTRIES": f"{folder}/registries.json"}).returncode
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait()
    sys.exit(status)


def wait(host):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(host.split(":")[1]))) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"error: no registry, {host}; read its log")


main()
