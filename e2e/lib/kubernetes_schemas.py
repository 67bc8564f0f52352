#!/usr/bin/env python3
"""Writes the schemas of the built-in kinds that `watchbill sandbox` serves: kubernetes_schemas.py SCHEMAS OUT [SOURCE]

SCHEMAS is the folder `kubernetes-json-schema/v1.30.0-local` of PyPI's kubernetes-validate (in the cache under `judges`), which
is Kubernetes' own OpenAPI document taken apart. Its dialect is brought back to that of OpenAPI; nothing else is changed.
SOURCE is a tree of Kubernetes (the rig's, in the cache under `kubernetes`): its Go types give each field its number in protobuf,
which is how kubectl sends what it creates; numbers never change, and a field that is newer than the tree has none. They stand
in a definition as `x-protobuf`: number to name, `*` behind a pointer's; a nested object is a struct that JSON flattens.
`--compare FILE` instead of OUT holds list types, list keys and patch strategies against what a running API server says
(`kubectl get --raw /openapi/v2 >FILE`): what both know must be equal.
"""
import gzip
import json
import pathlib
import re
import sys

ROOTS = {
    "io.k8s.api.": """
        core.v1.Namespace core.v1.Node core.v1.Pod core.v1.ConfigMap core.v1.Secret core.v1.ServiceAccount core.v1.Event
        core.v1.Service core.v1.Endpoints core.v1.PersistentVolumeClaim core.v1.PersistentVolume core.v1.ResourceQuota
        core.v1.LimitRange core.v1.PodTemplate core.v1.ReplicationController
        apps.v1.Deployment apps.v1.ReplicaSet apps.v1.StatefulSet apps.v1.DaemonSet apps.v1.ControllerRevision
        batch.v1.Job batch.v1.CronJob coordination.v1.Lease events.v1.Event discovery.v1.EndpointSlice
        rbac.v1.Role rbac.v1.RoleBinding rbac.v1.ClusterRole rbac.v1.ClusterRoleBinding
        networking.v1.NetworkPolicy networking.v1.Ingress autoscaling.v2.HorizontalPodAutoscaler autoscaling.v1.Scale
        policy.v1.PodDisruptionBudget scheduling.v1.PriorityClass storage.v1.StorageClass
        authorization.v1.SelfSubjectAccessReview authorization.v1.SelfSubjectRulesReview
        authentication.v1.TokenRequest authentication.v1.SelfSubjectReview""",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.": "CustomResourceDefinition",
    "io.k8s.apimachinery.pkg.apis.meta.v1.": "Status DeleteOptions ListMeta ObjectMeta",
}
MARKERS = ("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
           "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy")


def restored(schema):
    """The dialect of OpenAPI again: one type, no null, no version or kind pinned by an enum of one."""
    if isinstance(schema, list):
        return [restored(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for name, value in schema.items():
        if name == "type" and isinstance(value, list):
            value = next(item for item in value if item != "null")
        elif name == "$ref":
            value = "#/components/schemas/" + value.rsplit("/", 1)[1]
        elif name == "properties":
            value = {member: restored(content) for member, content in value.items()}
        elif name == "enum" and len(value) == 1:
            continue
        else:
            value = restored(value)
        result[name] = value
    return result


def references(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rsplit("/", 1)[1]
        schema = schema.values()
    if not isinstance(schema, str):
        try:
            for item in schema:
                yield from references(item)
        except TypeError:
            return


def collect(definitions):
    wanted = [prefix + name for prefix, names in ROOTS.items() for name in names.split()]
    found = {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = restored(definitions[name])
            wanted += references(found[name])
    found["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = {"type": "string", "format": "int-or-string"}
    found["io.k8s.apimachinery.pkg.api.resource.Quantity"]["type"] = "string"
    found["io.k8s.apimachinery.pkg.api.resource.Quantity"].pop("oneOf", None)
    # The one key of a list that an item may leave out (k8s.io/api, ContainerPort and ServicePort).
    for kind in "ContainerPort", "ServicePort":
        found["io.k8s.api.core.v1." + kind]["properties"]["protocol"]["default"] = "TCP"
    return found


PACKAGES = {"io.k8s.api.": "api", "io.k8s.apiextensions-apiserver.": "apiextensions-apiserver", "io.k8s.apimachinery.": "apimachinery"}


def structs(source, package):
    """The Go structs of a package's types.go files: name to a list of (json name, number, Go type, is inline)."""
    prefix = next(p for p in PACKAGES if package.startswith(p))
    folder = pathlib.Path(source) / "staging/src/k8s.io" / PACKAGES[prefix] / package[len(prefix):].replace(".", "/")
    found = {}
    for path in sorted(folder.glob("*types*.go")):
        for match in re.finditer(r"^type (\w+) struct \{\n(.*?)^\}", path.read_text(), re.M | re.S):
            fields = []
            for line in match[2].splitlines():
                field = re.match(r'\s*(?:\w+\s+)?(\S+)\s+`json:"([^"]*)".*protobuf:"[^",]*,(\d+)', line)
                if field:
                    name, *options = field[2].split(",")
                    fields.append((name, field[3], field[1], "inline" in options or not name))
            found[match[1]] = fields
    return found


# Where the tree has a kind that moved since; what is on the wire stayed.
MOVED = {"io.k8s.api.batch.v1": "io.k8s.api.batch.v1beta1", "io.k8s.api.policy.v1": "io.k8s.api.policy.v1beta1",
         "io.k8s.api.autoscaling.v2": "io.k8s.api.autoscaling.v2beta2"}
RENAMED = {"LifecycleHandler": "Handler", "ProbeHandler": "Handler"}


def add_numbers(definitions, source):
    packages = {}

    def known(package):
        if package not in packages:
            packages[package] = structs(source, package)
        return packages[package]

    def numbers(package, struct):
        struct = RENAMED.get(struct, struct)
        if struct not in known(package) and package in MOVED:
            package = MOVED[package]
        known(package)
        result = {}
        for name, number, kind, inline in packages[package].get(struct, []):
            if inline:
                result[number] = numbers(package, kind.lstrip("*"))
            else:
                result[number] = name + ("*" if kind.startswith("*") else "")
        return result

    # Newer than the tree (k8s.io/api, authentication/v1/generated.proto).
    definitions["io.k8s.api.authentication.v1.SelfSubjectReview"]["x-protobuf"] = {"1": "metadata", "2": "status"}
    for name, schema in definitions.items():
        if "properties" in schema and "x-protobuf" not in schema:
            package, struct = name.rsplit(".", 1)
            found = numbers(package, struct)
            if found:
                schema["x-protobuf"] = found


def markers(definitions):
    for name, schema in definitions.items():
        for member, content in schema.get("properties", {}).items():
            yield f"{name}.{member}", {key: content[key] for key in MARKERS if key in content}


def compare(ours, path):
    theirs = dict(markers(json.loads(pathlib.Path(path).read_text())["definitions"]))
    same = other = unknown = 0
    for path, known in markers(ours):
        if path not in theirs:
            unknown += 1
            continue
        # Newer servers say of more lists and maps that they are atomic, which they were before, too.
        if any(known.get(marker) != value for marker, value in theirs[path].items()):
            other += 1
            print(f"{path}: here {known}, there {theirs[path]}")
        else:
            same += 1
    print(f"{same} fields equal, {other} other, {unknown} that the server does not know")
    return 1 if other else 0


def main():
    schemas, target = sys.argv[1:3]
    definitions = json.loads((pathlib.Path(schemas) / "_definitions.json").read_text())["$defs"]
    found = collect(definitions)
    if target == "--compare":
        return compare(found, sys.argv[3])
    if len(sys.argv) > 3:
        add_numbers(found, sys.argv[3])
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    pathlib.Path(target).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(found)} schemas, {len(text)} characters")
    return 0


sys.exit(main())
