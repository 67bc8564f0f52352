#!/usr/bin/env python3
"""A node that is there in name only: keeps its Node and Lease alive and says of every Pod on it that it runs, with the digest
that the registry has for its image; Pods that are to go are gone at once. Runs until it gets SIGTERM.

    hollow_node.py --state DIR [--name hollow]
"""
import argparse
import concurrent.futures
import datetime
import http.client
import json
import pathlib
import signal
import ssl
import sys
import threading
import time
import urllib.parse
import urllib.request

ACCEPT = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json"
parser = argparse.ArgumentParser()
parser.add_argument("--state", type=pathlib.Path, required=True)
parser.add_argument("--name", default="hollow")
arguments = parser.parse_args()
NAME = arguments.name
environment = dict(line.replace("'", "").split("=", 1) for line in (arguments.state / "env").read_text().split())
tls = ssl.create_default_context(cafile=arguments.state / "pki" / "ca.crt")
tls.load_cert_chain(arguments.state / "pki" / "admin.crt", arguments.state / "pki" / "admin.key")
local = threading.local()


def ask(method, path, body=None, kind="application/json"):
    """The answer's code and body; a connection for each thread."""
    for attempt in range(3):
        try:
            if not hasattr(local, "connection"):
                local.connection = http.client.HTTPSConnection(urllib.parse.urlsplit(environment["API_SERVER"]).netloc, context=tls, timeout=30)
            local.connection.request(method, path, body and json.dumps(body), {"Content-Type": kind})
            answer = local.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            local.__dict__.clear()
            if attempt == 2:
                raise


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def second():
    return now()[:19] + "Z"


digests = {}


def digest(image):
    """What the registry has for the tag; images of the rig's registry only."""
    if image not in digests:
        host, rest = image.split("/", 1)
        repository, tag = rest.rsplit(":", 1)
        request = urllib.request.Request(f"http://{host}/v2/{repository}/manifests/{tag}", method="HEAD", headers={"Accept": ACCEPT})
        digests[image] = f"{host}/{repository}@{urllib.request.urlopen(request).headers['Docker-Content-Digest']}"
    return digests[image]


def register():
    ask("POST", "/api/v1/nodes", {"metadata": {"name": NAME, "labels": {"kubernetes.io/hostname": NAME}}, "spec": {
        "taints": [{"key": "rig/hollow", "effect": "NoSchedule"}]}})
    information = dict.fromkeys(["bootID", "kernelVersion", "kubeProxyVersion", "machineID", "osImage", "systemUUID"], "")
    information |= {"operatingSystem": "linux", "architecture": "amd64", "kubeletVersion": "v1.20.2", "containerRuntimeVersion": "none://0"}
    room = {"cpu": "1000", "memory": "1000Gi", "pods": "1000"}
    ask("PATCH", f"/api/v1/nodes/{NAME}/status", {"status": {"nodeInfo": information, "capacity": room, "allocatable": room, "conditions": [
        {"type": "Ready", "status": "True", "reason": "Hollow", "message": "", "lastHeartbeatTime": second(), "lastTransitionTime": second()}]}},
        "application/strategic-merge-patch+json")
    ask("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", {
        "metadata": {"name": NAME}, "spec": {"holderIdentity": NAME, "leaseDurationSeconds": 40, "renewTime": now()}})


def renew():
    while True:
        ask("PATCH", f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{NAME}", {"spec": {"renewTime": now()}},
            "application/merge-patch+json")
        time.sleep(5)


def tend(pod):
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    if metadata.get("deletionTimestamp"):
        ask("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}})
        return
    statuses = [{"name": container["name"], "image": container["image"], "imageID": digest(container["image"]), "ready": True, "restartCount": 0,
                 "started": True, "state": {"running": {"startedAt": second()}}} for container in pod["spec"]["containers"]]
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": second()} for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")]
    ask("PATCH", path + "/status", {"status": {"phase": "Running", "startTime": second(), "containerStatuses": statuses, "conditions": conditions}},
        "application/strategic-merge-patch+json")


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
register()
threading.Thread(target=renew, daemon=True).start()
print("ready", flush=True)
with concurrent.futures.ThreadPoolExecutor(4) as workers:
    while True:
        _, listing = ask("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{NAME}")
        list(workers.map(tend, [pod for pod in listing["items"] if pod["metadata"].get("deletionTimestamp") or pod["status"]["phase"] == "Pending"]))
        time.sleep(0.3)
