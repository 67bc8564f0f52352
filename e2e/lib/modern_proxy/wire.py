"""HTTP/1.1 on asyncio streams, as much of it as a Kubernetes API and its clients use."""
import asyncio
import base64
import dataclasses
import json
import os
import ssl
import tempfile
import urllib.parse

HEAD_LIMIT = 64 << 10
BODY_LIMIT = 64 << 20
# They belong to one connection and are never passed on, nor is a token: the proxy has a certificate of its own.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection",
              "content-length", "host", "accept-encoding", "authorization"}


class WireError(Exception):
    """The other side does not speak HTTP/1.1, or went away in the middle."""


@dataclasses.dataclass
class Message:
    """A request (first = method, second = target) or a response (first = status, second = reason)."""
    first: str
    second: str
    headers: list
    body: bytes = b""

    def header(self, name, default=""):
        return next((value for key, value in self.headers if key.lower() == name), default)

    def set(self, name, value):
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()] + [(name, value)]

    def passed_on(self):
        return [(key, value) for key, value in self.headers if key.lower() not in HOP_BY_HOP]


async def read_head(reader, pushed=b""):
    """The first line and the headers; None when the connection ended before a message began."""
    try:
        head = pushed + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial and not pushed:
            return None
        raise WireError("cut in the head") from None
    except asyncio.LimitOverrunError:
        raise WireError("a head of more than 64 KiB") from None
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ", 2)
    if len(parts) < 2:
        raise WireError(f"no HTTP: {lines[0][:80]!r}")
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]
    # A request is `GET /path HTTP/1.1`, a response `HTTP/1.1 200 OK`.
    if parts[0].startswith("HTTP/"):
        return Message(parts[1], parts[2] if len(parts) > 2 else "", headers)
    return Message(parts[0], parts[1], headers)


async def chunks(reader, message, until_close):
    """The body as it arrives."""
    if message.first in ("204", "304"):
        return
    if "chunked" in message.header("transfer-encoding").lower():
        while True:
            line = await reader.readline()
            size = int(line.split(b";")[0].strip() or b"0", 16) if line else None
            if size is None:
                raise WireError("cut between chunks")
            if size > BODY_LIMIT:
                raise WireError("a chunk of more than 64 MiB")
            data = await reader.readexactly(size) if size else b""
            await reader.readline()
            if not size:
                return
            yield data
    elif message.header("content-length"):
        left = int(message.header("content-length"))
        if left > BODY_LIMIT:
            raise WireError("a body of more than 64 MiB")
        while left:
            data = await reader.read(min(left, 1 << 16))
            if not data:
                raise WireError("cut in the body")
            left -= len(data)
            yield data
    elif until_close:
        while data := await reader.read(1 << 16):
            yield data


async def read_body(reader, message, until_close=False):
    parts, size = [], 0
    async for data in chunks(reader, message, until_close):
        parts.append(data)
        size += len(data)
        if size > BODY_LIMIT:
            raise WireError("a body of more than 64 MiB")
    return b"".join(parts)


def head(first_line, headers):
    return (first_line + "\r\n" + "".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n").encode("latin-1")


def status_answer(code, reason, message, retry_after=None):
    """What the API server says when it refuses."""
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
            "reason": reason, "code": code}
    headers = [("Content-Type", "application/json")]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
        body["details"] = {"retryAfterSeconds": retry_after}
    return Message(str(code), reason, headers, json.dumps(body).encode())


class Upstream:
    """The API server, as the first context of a kubeconfig names it, with that user's certificate."""

    def __init__(self, kubeconfig):
        # The rig's kubeconfigs are YAML of which kubectl makes JSON; no YAML parser is needed.
        import subprocess
        text = subprocess.run(["kubectl", "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "-o", "json"],
                              check=True, capture_output=True).stdout
        config = json.loads(text)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.authority = base64.b64decode(cluster["certificate-authority-data"])
        url = urllib.parse.urlsplit(cluster["server"])
        self.host, self.port = url.hostname, url.port or 443
        self.tls = ssl.create_default_context(cadata=self.authority.decode())
        # ssl wants files; they live only as long as it takes to read them.
        with tempfile.TemporaryDirectory() as folder:
            pair = [os.path.join(folder, "crt"), os.path.join(folder, "key")]
            for path, field in zip(pair, ("client-certificate-data", "client-key-data")):
                with open(path, "wb") as file:
                    file.write(base64.b64decode(user[field]))
            self.tls.load_cert_chain(*pair)
        self.idle = []

    async def send(self, method, target, headers, body, fresh):
        """Sends a request; answers (connection, response head). Only a GET goes over a connection used before, because only
        a GET may be sent twice when the server has closed that connection meanwhile."""
        while True:
            used = bool(self.idle) and not fresh
            connection = self.idle.pop() if used else await asyncio.open_connection(
                self.host, self.port, ssl=self.tls, limit=HEAD_LIMIT)
            reader, writer = connection
            lines = [*headers, ("Host", f"{self.host}:{self.port}"), ("Content-Length", str(len(body)))]
            try:
                writer.write(head(f"{method} {target} HTTP/1.1", lines) + body)
                await writer.drain()
                response = await read_head(reader)
                if response is None:
                    raise WireError("the API server closed the connection")
                return connection, response
            except (OSError, WireError, asyncio.IncompleteReadError):
                writer.close()
                if not used:
                    raise

    def put_back(self, connection, response):
        if len(self.idle) < 8 and response.header("connection").lower() != "close":
            self.idle.append(connection)
        else:
            connection[1].close()
