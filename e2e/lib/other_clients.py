#!/usr/bin/env python3
"""What kr8s, lightkube and Kopf see of an API server: other_clients.py KUBECONFIG. Prints a line for each step, without what differs from
run to run, so that the answers of two servers can be compared. Kopf's part is an operator with a handler, a finalizer and a status."""
import asyncio
import os
import sys
import threading
import time
import warnings

warnings.filterwarnings("ignore")
os.environ["KUBECONFIG"] = sys.argv[1]

import kopf  # noqa: E402
import kr8s  # noqa: E402
import lightkube  # noqa: E402
from kr8s.objects import ConfigMap, Deployment, new_class  # noqa: E402
from lightkube.core.exceptions import ApiError  # noqa: E402
from lightkube.generic_resource import create_namespaced_resource  # noqa: E402
from lightkube.models.core_v1 import ConfigMap as Map  # noqa: E402, F401
from lightkube.models.meta_v1 import ObjectMeta  # noqa: E402
from lightkube.resources.apps_v1 import Deployment as Deployments  # noqa: E402
from lightkube.resources.core_v1 import ConfigMap as ConfigMaps, Namespace, Pod  # noqa: E402
from lightkube.types import CascadeType, PatchType  # noqa: E402

SPACE = "other-clients"
WIDGET = {"group": "clients.example.com", "version": "v1", "kind": "Widget", "plural": "widgets"}
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.clients.example.com"},
    "spec": {"group": WIDGET["group"], "scope": "Namespaced", "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
             "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {
                 "type": "object", "properties": {
                     "spec": {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1, "default": 1}}},
                     "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]}}
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "registry.example.com/web:1"}]}}


def say(*words):
    print(*words, flush=True)


def refused(action):
    """The status that an API server gives for an error, in its own words."""
    try:
        action()
    except ApiError as error:
        return f"{error.status.code} {error.status.reason}"
    except kr8s.ServerError as error:
        return f"{error.response.status_code} {error.response.json()['reason']}"
    except kr8s.NotFoundError:
        return "404 NotFound"
    return "nothing refused"


def is_served(client, kind):
    """Before a definition is in force, a server has no page at its address, and the client raises what it makes of that."""
    try:
        list(client.list(kind, namespace=SPACE))
        return True
    except Exception:
        return False


def until(holds, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"error: {what} did not come within {seconds} s")
        time.sleep(0.1)


def kr8s_part():
    api = kr8s.api()
    # A real API server lists a kind twice for a moment after it has been defined.
    say("kr8s resources", sorted({r["name"] for r in api.api_resources() if r["name"] in ("pods", "deployments", "configmaps", "widgets")}))
    made = ConfigMap({"metadata": {"name": "one", "namespace": SPACE}, "data": {"key": "value"}})
    made.create()
    say("kr8s created", made.exists(), made.data.key)
    made.patch({"data": {"more": "1"}})
    made.patch([{"op": "replace", "path": "/data/key", "value": "other"}], type="json")
    made.label(team="blue")
    made.annotate(note="n")
    say("kr8s patched", dict(made.data), dict(made.labels), made.annotations["note"])
    say("kr8s selected", [item.name for item in kr8s.get("configmaps", namespace=SPACE, label_selector="team=blue")])
    say("kr8s field selected", [item.name for item in kr8s.get("configmaps", namespace=SPACE, field_selector="metadata.name=one")])
    say("kr8s twice", refused(ConfigMap({"metadata": {"name": "one", "namespace": SPACE}}).create))
    seen = []

    def watch():
        for event, item in api.watch("configmaps", namespace=SPACE, label_selector="team=red"):
            seen.append((event, item.name))
            if event == "DELETED":
                return
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    time.sleep(1)
    made.label(team="red")
    made.patch({"data": {"more": "2"}})
    made.label(team="blue")
    watcher.join(10)
    say("kr8s watched", seen)
    deployment = Deployment({"metadata": {"name": "web", "namespace": SPACE}, "spec": {
        "replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE}})
    deployment.create()
    deployment.scale(0)
    say("kr8s scaled", deployment.replicas, deployment.raw["spec"]["strategy"]["type"])
    widget = new_class(kind="Widget", version="clients.example.com/v1", namespaced=True, plural="widgets")
    wrong = widget({"metadata": {"name": "wrong", "namespace": SPACE}, "spec": {"size": 0}})
    say("kr8s invalid", refused(wrong.create))
    right = widget({"metadata": {"name": "right", "namespace": SPACE}, "spec": {}})
    right.create()
    say("kr8s defaulted", right.spec.size)
    right.delete()
    until(lambda: not right.exists(), "the end of the widget")
    say("kr8s gone", refused(right.refresh))


def lightkube_part():
    client = lightkube.Client(namespace=SPACE, field_manager="lightkube")
    say("lightkube created", client.create(ConfigMaps(metadata=ObjectMeta(name="two"), data={"a": "1"})).data)
    applied = client.apply(ConfigMaps(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="three"), data={"a": "1"}))
    say("lightkube applied", applied.data, [(entry.manager, entry.operation) for entry in applied.metadata.managedFields])
    say("lightkube conflict", refused(lambda: client.apply(
        ConfigMaps(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="three"), data={"a": "2"}), field_manager="another")))
    forced = client.apply(ConfigMaps(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="three"), data={"a": "2"}),
                          field_manager="another", force=True)
    say("lightkube forced", forced.data)
    stale = client.get(ConfigMaps, "two")
    client.patch(ConfigMaps, "two", {"data": {"b": "2"}}, patch_type=PatchType.MERGE)
    stale.data = {"a": "9"}
    say("lightkube stale", refused(lambda: client.replace(stale)))
    client.patch(ConfigMaps, "two", {"metadata": {"finalizers": ["clients.example.com/hold"]}}, patch_type=PatchType.STRATEGIC)
    client.delete(ConfigMaps, "two")
    say("lightkube held", client.get(ConfigMaps, "two").metadata.deletionTimestamp is not None)
    client.patch(ConfigMaps, "two", {"metadata": {"finalizers": None}}, patch_type=PatchType.MERGE)
    until(lambda: refused(lambda: client.get(ConfigMaps, "two")) == "404 NotFound", "the end of what was held")
    say("lightkube paged", sorted(item.metadata.name for item in client.list(ConfigMaps, chunk_size=1) if item.metadata.name != "kube-root-ca.crt"))
    listing = client.list(ConfigMaps)
    list(listing)
    version = listing.resourceVersion
    client.create(ConfigMaps(metadata=ObjectMeta(name="four")))
    client.delete(ConfigMaps, "four")
    events = []
    for event, item in client.watch(ConfigMaps, resource_version=version):
        events.append((event, item.metadata.name))
        if event == "DELETED":
            break
    say("lightkube watched from a version", events)
    scale = client.patch(Deployments.Scale, "web", {"spec": {"replicas": 0}}, patch_type=PatchType.MERGE)
    # A 0 is left out of a Scale.
    say("lightkube scaled", scale.spec.replicas)
    owner = client.get(ConfigMaps, "three")
    client.create(ConfigMaps(metadata=ObjectMeta(name="owned", ownerReferences=[
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "three", "uid": owner.metadata.uid}])))
    client.delete(ConfigMaps, "three", cascade=CascadeType.FOREGROUND)
    until(lambda: refused(lambda: client.get(ConfigMaps, "owned")) == "404 NotFound", "the end of what it owned")
    say("lightkube owned", refused(lambda: client.get(ConfigMaps, "three")))
    say("lightkube no such", refused(lambda: client.get(Pod, "nobody")))


def kopf_part():
    registry, ended = kopf.OperatorRegistry(), threading.Event()
    seen = []

    @kopf.on.login(registry=registry)
    def login(**facts):
        return kopf.login_with_kubeconfig(**facts)

    @kopf.on.create("clients.example.com", "v1", "widgets", registry=registry)
    def made(spec, name, patch, **_):
        seen.append(f"create {name} {spec['size']}")
        patch.status["seen"] = spec["size"]

    @kopf.on.update("clients.example.com", "v1", "widgets", field="spec.size", registry=registry)
    def changed(old, new, **_):
        seen.append(f"update {old} {new}")

    @kopf.on.delete("clients.example.com", "v1", "widgets", registry=registry)
    def gone(name, **_):
        seen.append(f"delete {name}")

    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.networking.connect_timeout = 5
    ready = threading.Event()

    @kopf.on.startup(registry=registry)
    def begin(**_):
        ready.set()

    def operate():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        kopf.run(registry=registry, settings=settings, loop=loop, namespaces=[SPACE], standalone=True, stop_flag=ended)
    operator = threading.Thread(target=operate, daemon=True)
    operator.start()
    ready.wait(20)
    client = lightkube.Client(namespace=SPACE)
    widgets = create_namespaced_resource(**WIDGET)
    client.create(widgets(metadata=ObjectMeta(name="watched"), spec={"size": 2}))
    until(lambda: (client.get(widgets, "watched").status or {}).get("seen") == 2, "Kopf's status")
    say("Kopf finalizer", client.get(widgets, "watched").metadata.finalizers)
    client.patch(widgets, "watched", {"spec": {"size": 3}}, patch_type=PatchType.MERGE)
    until(lambda: "update 2 3" in seen, "Kopf's second handler")
    client.delete(widgets, "watched")
    until(lambda: refused(lambda: client.get(widgets, "watched")) == "404 NotFound", "the end of the widget that Kopf held")
    ended.set()
    operator.join(20)
    say("Kopf", seen)


def main():
    client = lightkube.Client()
    definitions = lightkube.generic_resource.create_global_resource("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions")
    client.create(Namespace(metadata=ObjectMeta(name=SPACE)))
    try:
        client.create(definitions.from_dict(DEFINITION))
        widgets = create_namespaced_resource(**WIDGET)
        until(lambda: is_served(client, widgets), "the kind")
        for part in (kr8s_part, lightkube_part, kopf_part):
            part()
    finally:
        client.delete(Namespace, SPACE)
        client.delete(definitions, DEFINITION["metadata"]["name"])


main()
