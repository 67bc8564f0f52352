#!/usr/bin/env python3
"""Sends a sandbox what no client should: hostile_client.py KUBECONFIG. Every case ends with a question that must be answered."""
import base64
import json
import os
import random
import socket
import ssl
import sys
import time
import urllib.parse

import yaml

config = yaml.safe_load(open(sys.argv[1]))
server = urllib.parse.urlparse(config["clusters"][0]["cluster"]["server"])
token = config["users"][0]["user"]["token"]
context = ssl.create_default_context(
    cadata=base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode())
random.seed(int(os.environ.get("SEED", "1")))


def connect(tls=True):
    raw = socket.create_connection((server.hostname, server.port), timeout=10)
    return context.wrap_socket(raw, server_hostname=server.hostname) if tls else raw


def request(method, path, body=b"", headers=(), authorized=True):
    lines = [f"{method} {path} HTTP/1.1", "Host: sandbox", f"Content-Length: {len(body)}", *headers]
    if authorized:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def exchange(data, tls=True, wait=5):
    """The start of the answer; empty when the connection was closed."""
    try:
        with connect(tls) as connection:
            connection.settimeout(wait)
            connection.sendall(data)
            return connection.recv(4096)
    except (OSError, ssl.SSLError):
        return b""


def alive():
    answer = exchange(request("GET", "/api/v1/namespaces/default"))
    if not answer.startswith(b"HTTP/1.1 200"):
        sys.exit(f"the server does not answer any more: {answer[:200]}")


CM = "/api/v1/namespaces/default/configmaps"
JSON = ("Content-Type: application/json",)
PROTO = ("Content-Type: application/vnd.kubernetes.protobuf",)
SMP = ("Content-Type: application/strategic-merge-patch+json",)


def envelope(raw):
    def field(number, data):
        out, count = [number << 3 | 2], len(data)
        while count > 127:
            out.append(count & 127 | 128)
            count >>= 7
        return bytes(out + [count]) + data
    return b"k8s\0" + field(1, field(1, b"v1") + field(2, b"ConfigMap")) + field(2, raw)


def cases():
    yield "no TLS", lambda: exchange(request("GET", "/"), tls=False)
    yield "garbage instead of TLS", lambda: exchange(random.randbytes(4096), tls=False)
    yield "garbage instead of HTTP", lambda: exchange(random.randbytes(4096))
    yield "no token", lambda: exchange(request("GET", CM, authorized=False))
    yield "an unknown method", lambda: exchange(request("BREW", CM))
    yield "a path of 60 KB", lambda: exchange(request("GET", "/" + "a/" * 30000))
    yield "a broken escape", lambda: exchange(request("GET", "/api/%zz/%"))
    yield "a thousand headers", lambda: exchange(request("GET", CM, headers=[f"X-{i}: y" for i in range(1000)]))
    yield "4 MiB", lambda: exchange(request("POST", CM, b" " * (4 << 20), JSON))
    yield "a length that is a lie", lambda: exchange(request("POST", CM, b"", ("Content-Length: 99999999999999999999",)))
    yield "JSON 100,000 deep", lambda: exchange(request("POST", CM, b"[" * 100000, JSON))
    yield "objects 3,000 deep", lambda: exchange(
        request("POST", CM, b'{"metadata":{"name":"d"},"data":' + b'{"a":' * 3000 + b"1" + b"}" * 3002, JSON))
    yield "a patch 3,000 deep", lambda: exchange(
        request("PATCH", CM + "/kube-root-ca.crt", b'{"a":' * 3000 + b"1" + b"}" * 3000, SMP))
    yield "no UTF-8", lambda: exchange(request("POST", CM, b'{"metadata":{"name":"\xff\xfe"}}', JSON))
    yield "numbers beyond all", lambda: exchange(
        request("POST", CM, b'{"metadata":{"name":"n","generation":99999999999999999999999,"uid":1e400}}', JSON))
    for text in "limit=-1", "limit=99999999999999999999", "resourceVersion=-5", "continue=%00", "labelSelector=((((", \
            "watch=1&timeoutSeconds=-99999999999", "watch=1&resourceVersion=99999999999999", "fieldSelector=a%3D%3D%3D":
        yield text, lambda text=text: exchange(request("GET", f"{CM}?{text}"), wait=2)
    for seed in range(200):
        raw = random.randbytes(random.randrange(1, 200))
        yield f"protobuf {seed}", lambda raw=raw: exchange(request("POST", CM + "?dryRun=All", envelope(raw), PROTO))
    yield "protobuf in itself", lambda: exchange(request("POST", CM, b"k8s\0" + b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", PROTO))


def slow_readers():
    """Fifty watches that never read, while objects change."""
    idle = []
    for _ in range(50):
        connection = connect()
        connection.sendall(request("GET", CM + "?watch=1&resourceVersion=0"))
        idle.append(connection)
    body = json.dumps({"metadata": {"name": "busy"}, "data": {"a": "x" * 500000}}).encode()
    exchange(request("POST", CM, body, JSON))
    for turn in range(60):
        patch = json.dumps({"data": {"turn": str(turn)}}).encode()
        exchange(request("PATCH", CM + "/busy", patch, ("Content-Type: application/merge-patch+json",)))
    alive()
    for connection in idle:
        connection.close()
    exchange(request("DELETE", CM + "/busy"))


def slow_writers():
    """Connections that send their request byte by byte, or never to its end."""
    half = [connect() for _ in range(30)]
    for connection in half:
        connection.sendall(b"POST " + CM.encode() + b" HTTP/1.1\r\nContent-Le")
    time.sleep(1)
    alive()
    for connection in half:
        connection.close()


def main():
    count = 0
    for name, case in cases():
        begin = time.monotonic()
        answer = "".join(c if c.isprintable() else "." for c in case().split(b"\r\n", 1)[0].decode("ascii", "replace"))
        if not name.startswith("protobuf "):
            print(f"  {name:<45} {answer or 'closed'}")
        if time.monotonic() - begin > 8:
            sys.exit(f"{name}: hangs")
        alive()
        count += 1
    for case in slow_readers, slow_writers:
        case()
        alive()
        count += 1
    print(f"{count} hostile cases, and the server answers")


main()
