#!/usr/bin/env python3
"""What a tenant can make of what the operator made: objects for a hostile hand, as JSON on stdout.

    forge.py job --log AUDIT-LOG --namespace N          the first Job that the operator created there
    forge.py impostor --job FILE --image I [--text T]   the same name and labels, another content; with --text also the same
                                                        annotations, and a courier that prints T
    forge.py report --namespace N --digest D --reference R --like FILE
                                                        a ScanReport of D that has nothing to say, made like another
"""
import argparse
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("verb", choices=["job", "impostor", "report"])
for name in ["log", "namespace", "job", "image", "text", "digest", "reference", "like"]:
    parser.add_argument("--" + name)
arguments = parser.parse_args()


def job():
    for line in open(arguments.log, encoding="utf-8", errors="replace"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        reference = event.get("objectRef") or {}
        if (event["verb"], reference.get("resource"), reference.get("namespace")) != ("create", "jobs", arguments.namespace):
            continue
        if event["user"]["username"] == "watchbill-operator" and event["responseStatus"]["code"] == 201:
            return event["responseObject"]
    sys.exit(f"error: no Job in the audit log, namespace {arguments.namespace}; let the operator make one first")


def impostor():
    original = json.load(open(arguments.job))
    metadata = {name: original["metadata"][name] for name in ("name", "namespace", "labels")}
    container = {"name": "courier", "image": arguments.image, "command": ["/bin/busybox", "sleep", "3600"]}
    if arguments.text:
        metadata["annotations"] = original["metadata"]["annotations"]
        container |= {"command": ["/bin/sh", "-c", 'echo "$TEXT"'], "env": [{"name": "TEXT", "value": open(arguments.text).read().rstrip("\n")}]}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"backoffLimit": 0, "template": {
        "metadata": {"labels": metadata["labels"]}, "spec": {"restartPolicy": "Never", "containers": [container]}}}}


def report():
    made = json.load(open(arguments.like))
    architecture = made["image"]["platform"].replace("/", "-")
    made["metadata"] = {"name": f"sha256-{arguments.digest.split(':')[1][:20]}-{architecture}", "namespace": arguments.namespace,
                        "labels": made["metadata"]["labels"]}
    made["image"] |= {"digest": arguments.digest, "reference": arguments.reference}
    made["scanner"]["placement"] = "Operator"
    for member in ("secrets", "licenses", "misconfigurations", "usedBy", "compact", "change"):
        made.pop(member, None)
    return made | {"findings": [], "totalFindings": 0, "summary": {}}


json.dump({"job": job, "impostor": impostor, "report": report}[arguments.verb](), sys.stdout, indent=1)
