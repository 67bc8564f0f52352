"""The API server as its administrator asks it, and the audit log as the witness of what others asked."""
import base64
import http.client
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

E2E = pathlib.Path(os.environ["E2E"])
WATCHBILL = "/apis/watchbill.dev/v1alpha1"


class Refused(Exception):
    """The API server's answer was no success; its code comes first."""


class Cluster:
    """One connection a thread, with the certificate of a kubeconfig."""

    def __init__(self, kubeconfig):
        text = subprocess.run(["kubectl", "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "-o", "json"],
                              check=True, capture_output=True).stdout
        config = json.loads(text)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.url = urllib.parse.urlsplit(cluster["server"])
        self.tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.TemporaryDirectory() as folder:
            pair = [os.path.join(folder, "crt"), os.path.join(folder, "key")]
            for path, field in zip(pair, ("client-certificate-data", "client-key-data")):
                pathlib.Path(path).write_bytes(base64.b64decode(user[field]))
            self.tls.load_cert_chain(*pair)
        self.local = threading.local()

    def ask(self, method, path, body=None, kind="application/json"):
        return self.send(method, path, json.dumps(body) if body is not None else None, kind)

    def send(self, method, path, text=None, kind="application/json"):
        """The same with a body that goes as it is."""
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = http.client.HTTPSConnection(
                    self.url.hostname, self.url.port, context=self.tls, timeout=30)
            try:
                connection.request(method, path, text,
                                   {"Content-Type": kind, "User-Agent": "fault-runs"})
                response = connection.getresponse()
                data = response.read()
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                self.local.connection = None
                # A connection that lay idle may have been closed; every request here may be done twice.
                if attempt == 2:
                    raise
        if response.status >= 300:
            raise Refused(response.status, data[:20_000].decode(errors="replace"))
        return json.loads(data or b"{}")

    def items(self, path, labels=""):
        return self.ask("GET", path + ("?labelSelector=" + urllib.parse.quote(labels) if labels else ""))["items"]

    def apply(self, path, value):
        """Server-side apply as a user does it, with force."""
        return self.ask("PATCH", f"{path}?fieldManager=fault-runs&force=true", value, "application/apply-patch+yaml")

    def clear(self, path, labels=""):
        """Deletes a collection; the objects that it had."""
        query = "?propagationPolicy=Background" + ("&labelSelector=" + urllib.parse.quote(labels) if labels else "")
        self.ask("DELETE", path + query)


def load(path):
    """A script of the rig as a module."""
    loader = importlib.machinery.SourceFileLoader(pathlib.Path(path).stem, str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


witness = load(E2E / "witness")
WRITES = witness.WRITES


class Record:
    """One write from the audit log."""

    def __init__(self, event):
        self.time = witness.moment(event["requestReceivedTimestamp"])
        group, resource, subresource = witness.about(event)
        self.resource = resource + (f".{group}" if group else "") + (f"/{subresource}" if subresource else "")
        self.verb, self.code = event["verb"], witness.code(event)
        answer = event.get("responseObject") or {}
        metadata = answer.get("metadata") or {}
        self.name = metadata.get("name") or event.get("objectRef", {}).get("name", "")
        self.uid = metadata.get("uid")
        self.units = []
        if self.resource == "jobs.batch" and self.code == 201:
            units = json.loads((metadata.get("annotations") or {}).get("watchbill.dev/units", "[]"))
            self.units = [(unit["id"], unit["try"], tuple(unit["scanners"])) for unit in units]

    @property
    def kind(self):
        return f"{self.verb} {self.resource}"


def writes_by_agent(log, since):
    """All writes that were not refused before they began, by the proxy they came through."""
    found = {}
    for event in witness.events(pathlib.Path(log)):
        agent, mark, name = event.get("userAgent", "").rpartition(" via-")
        if mark and event["verb"] in WRITES and witness.moment(event["requestReceivedTimestamp"]) >= since:
            found.setdefault(name, []).append(Record(event))
    return found
