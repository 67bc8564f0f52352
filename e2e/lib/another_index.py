#!/usr/bin/env python3
"""Makes an index of images of one repository, and prints its digest.

    another_index.py REGISTRY NAME:TAG OS/ARCHITECTURE=TAG...

Each image is named by a tag that is there. What builders put beside images, an attestation of the first one, is in it too.
"""
import json
import sys

sys.dont_write_bytecode = True
from registry import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, Registry, digest  # noqa: E402

host, target, *parts = sys.argv[1:]
registry = Registry(host)
name, _, tag = target.rpartition(":")
children = []
for part in parts:
    platform, _, source = part.partition("=")
    system, _, architecture = platform.partition("/")
    answer = registry.send("GET", f"/v2/{name}/manifests/{source}", Accept=f"{OCI_MANIFEST}, {DOCKER_MANIFEST}")
    data = answer.read()
    children.append({"mediaType": json.loads(data)["mediaType"], "size": len(data), "digest": digest(data),
                     "platform": {"os": system, "architecture": architecture}})
attestation = registry.image(name, None, [b"{}"], b"{}")
children.append(attestation | {"platform": {"os": "unknown", "architecture": "unknown"}, "annotations": {
    "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": children[0]["digest"]}})
print(registry.manifest(name, tag, {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children})["digest"])
