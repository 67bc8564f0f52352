#!/usr/bin/env python3
"""How long the operator's Pod takes from its creation to Ready, and what it then holds; a table over several starts.

    pod_start.py --state DIR --namespace NS [--deployment NAME] [--starts N]

Each start scales the Deployment to nothing and to one. The witnesses: the API server's watch for the Pod, /readyz asked from
within the Pod's network every two milliseconds, and the kernel's accounts of the process and of its container's cgroup.
"""
import argparse
import ctypes
import http.client
import json
import os
import pathlib
import ssl
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

CLONE_NEWNET = 0x40000000
parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
parser.add_argument("--state", type=pathlib.Path, required=True)
parser.add_argument("--namespace", required=True)
parser.add_argument("--deployment", default="watchbill")
parser.add_argument("--starts", type=int, default=5)
arguments = parser.parse_args()
environment = dict(line.replace("'", "").split("=", 1) for line in (arguments.state / "env").read_text().split())
tls = ssl.create_default_context(cafile=arguments.state / "pki" / "ca.crt")
tls.load_cert_chain(arguments.state / "pki" / "admin.crt", arguments.state / "pki" / "admin.key")


class PodWatch(threading.Thread):
    """When the API server told of a Pod that is new, and of its being Ready."""

    def __init__(self):
        super().__init__(daemon=True)
        self.created, self.ready, self.name, self.open = None, None, None, threading.Event()
        self.start()

    def run(self):
        connection = http.client.HTTPSConnection(urllib.parse.urlsplit(environment["API_SERVER"]).netloc, context=tls, timeout=120)
        path = f"/api/v1/namespaces/{arguments.namespace}/pods?labelSelector=app.kubernetes.io/component%3Doperator"
        connection.request("GET", path)
        version = json.loads(connection.getresponse().read())["metadata"]["resourceVersion"]
        connection.request("GET", f"{path}&watch=1&resourceVersion={version}")
        answer = connection.getresponse()
        self.open.set()
        for line in answer:
            event, now = json.loads(line), time.monotonic()
            pod = event["object"]
            if event["type"] == "ADDED":
                self.created, self.name = now, pod["metadata"]["name"]
            if any(entry["type"] == "Ready" and entry["status"] == "True" for entry in pod["status"].get("conditions", [])):
                self.ready = now
                return


def kubectl(*words):
    return subprocess.run(["kubectl", "-n", arguments.namespace, *words], check=True, capture_output=True, text=True).stdout


def until(seconds, what, probe, pause):
    """The first true answer of `probe`."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = probe()
        if found:
            return found
        time.sleep(pause)
    sys.exit(f"not within {seconds} s: {what}")


def processes():
    return {name for name in os.listdir("/proc") if name.isdigit()}


def process_of(pod, before):
    """The pid of the operator in that Pod, once its program was begun. Only what is new is looked at, so a look takes a millisecond."""
    for name in processes() - before:
        path = pathlib.Path("/proc") / name
        try:
            if (path / "cmdline").read_bytes().startswith(b"/usr/local/bin/watchbill\0operator\0") and \
                    f"HOSTNAME={pod}".encode() in (path / "environ").read_bytes().split(b"\0"):
                return int(name)
        except OSError:
            continue
    return None


def await_ready(pid):
    """In a child, because it enters the Pod's network; prints the time of the first 200."""
    child = os.fork()
    if child:
        return child
    namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        os._exit(3)
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            connection = http.client.HTTPConnection("127.0.0.1:8081", timeout=1)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                os.write(PIPE[1], f"{time.monotonic()}\n".encode())
                os._exit(0)
        except OSError:
            pass
        time.sleep(0.002)
    os._exit(1)


def memory(pid):
    """Of the process and of its container, in MB."""
    words = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    found = {f"{name} of the process": int(words[name].split()[0]) / 1000 for name in ("VmRSS", "RssAnon", "VmHWM")}
    lines = [line.split(":", 2) for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
    first = next((path for _, controllers, path in lines if "memory" in controllers.split(",")), None)
    group = pathlib.Path("/sys/fs/cgroup/memory" + first if first else "/sys/fs/cgroup" + lines[0][2])
    names = ("memory.usage_in_bytes", "memory.max_usage_in_bytes") if first else ("memory.current", "memory.peak")
    for title, name in zip(("in use", "at most"), names):
        found[f"container's cgroup, {title}"] = int((group / name).read_text()) / 1e6
    return found


figures = {}
PIPE = os.pipe()
for number in range(1, arguments.starts + 1):
    kubectl("scale", "deployment", arguments.deployment, "--replicas=0")
    until(200, "the old Pod is gone", lambda: not kubectl("get", "pods", "-l", "app.kubernetes.io/component=operator", "-o", "name"), 0.2)
    watch = PodWatch()
    watch.open.wait(10)
    before = processes()
    kubectl("scale", "deployment", arguments.deployment, "--replicas=1")
    until(30, "the Pod is created", lambda: watch.name, 0.002)
    pid = until(60, "the program was begun", lambda: process_of(watch.name, before), 0.002)
    begun = time.monotonic()
    _, status = os.waitpid(await_ready(pid), 0)
    if status:
        sys.exit(f"start {number}: it never answered 200 on /readyz")
    answered = float(os.read(PIPE[0], 100))
    until(60, "the Pod is Ready", lambda: watch.ready, 0.01)
    time.sleep(3)
    line = {"Pod created to program begun": (begun - watch.created) * 1000, "program begun to /readyz 200": (answered - begun) * 1000,
            "Pod created to Pod Ready": (watch.ready - watch.created) * 1000} | memory(pid)
    print(f"start {number}: " + ", ".join(f"{name} {value:.1f}" for name, value in line.items()), flush=True)
    for name, value in line.items():
        figures.setdefault(name, []).append(value)
print(f"\n{'inside the cluster':34} {'median':>9} {'least':>9} {'most':>9}  unit   n")
for name, values in figures.items():
    unit = "ms" if " to " in name else "MB"
    print(f"{name:34} {statistics.median(values):9.1f} {min(values):9.1f} {max(values):9.1f}  {unit:4} {len(values):3}")
