"""What Kubernetes 1.27 serves, said in what 1.20 serves: a table and one walk over JSON."""
import json
import re

# (group, modern version, old version, plural names; None: all of that version)
VERSIONS = [
    ("autoscaling", "v2", "v2beta2", {"horizontalpodautoscalers"}),
    ("policy", "v1", "v1beta1", {"poddisruptionbudgets"}),
    ("discovery.k8s.io", "v1", "v1beta1", {"endpointslices"}),
    ("batch", "v1", "v1beta1", {"cronjobs"}),
]
MODERN = {f"{group}/{old}": f"{group}/{new}" for group, new, old, _ in VERSIONS}
OLD = {new: old for old, new in MODERN.items()}

# An empty selector selects everything in policy/v1 and nothing in policy/v1beta1; this one selects everything in both.
EVERYTHING = {"matchExpressions": [{"key": "modern-proxy.invalid/none", "operator": "DoesNotExist"}]}
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def modern_budget(value):
    if value.get("spec", {}).get("selector") == EVERYTHING:
        value["spec"]["selector"] = {}


def old_budget(value):
    if value.get("spec", {}).get("selector") == {}:
        value["spec"]["selector"] = EVERYTHING


def modern_slice(value):
    for endpoint in value.get("endpoints") or []:
        topology = endpoint.pop("topology", None) or {}
        node, zone = topology.pop(HOSTNAME, None), topology.pop(ZONE, None)
        if node:
            endpoint.setdefault("nodeName", node)
        if zone:
            endpoint["zone"] = zone
        if topology:
            endpoint["deprecatedTopology"] = topology


def old_slice(value):
    for endpoint in value.get("endpoints") or []:
        topology = endpoint.pop("deprecatedTopology", None) or {}
        if "nodeName" in endpoint:
            topology[HOSTNAME] = endpoint.pop("nodeName")
        if "zone" in endpoint:
            topology[ZONE] = endpoint.pop("zone")
        if topology:
            endpoint["topology"] = topology


# plural: (to modern, to old), for what differs in more than the version's name
SHAPES = {"poddisruptionbudgets": (modern_budget, old_budget), "endpointslices": (modern_slice, old_slice)}


def walk(value, versions):
    """Every apiVersion in an object: its own, its managers', its owners'."""
    if isinstance(value, dict):
        if value.get("apiVersion") in versions:
            value["apiVersion"] = versions[value["apiVersion"]]
        for member in value.values():
            walk(member, versions)
    elif isinstance(value, list):
        for member in value:
            walk(member, versions)


def objects(value):
    """The objects in an object, a list, a table or a watch event."""
    if isinstance(value.get("object"), dict) and "type" in value:
        yield from objects(value["object"])
    elif isinstance(value.get("items"), list):
        yield from value["items"]
    elif isinstance(value.get("rows"), list):
        yield from (row["object"] for row in value["rows"] if row.get("object"))
    else:
        yield value


class Adapter:
    """The adaptation of one request and its answer."""

    def __init__(self, target, plural):
        self.target = target
        path, _, query = target.partition("?")
        self.plural, self.needed = plural, False
        # Jobs name the CronJob that owns them by its version.
        if path.startswith("/apis/batch/v1/") and plural == "jobs":
            self.needed = True
        for group, new, old, names in VERSIONS:
            root = f"/apis/{group}/{new}/"
            if path.startswith(root) and plural in names:
                self.target = f"/apis/{group}/{old}/" + path[len(root):] + ("?" + query if query else "")
                self.needed = True
        self.is_renamed = self.target != target

    def request(self, message):
        """JSON in both directions; the body in the old version."""
        if not self.needed:
            return
        if "protobuf" in message.header("accept"):
            message.set("Accept", "application/json")
        if not self.is_renamed or not message.body:
            return
        try:
            value = json.loads(message.body)
        except ValueError:
            # An apply may be YAML; there the version stands in a line of its own.
            text = message.body.decode()
            for new, old in OLD.items():
                text = re.sub(rf"(?m)^(apiVersion:\s*[\"']?){re.escape(new)}([\"']?\s*)$", rf"\g<1>{old}\2", text)
            message.body = text.encode()
            return
        walk(value, OLD)
        if isinstance(value, dict):
            SHAPES.get(self.plural, (None, lambda _: None))[1](value)
        message.body = json.dumps(value).encode()

    def answer(self, body):
        """A whole answer, or one line of a watch, in the modern version."""
        if not self.needed:
            return body
        try:
            value = json.loads(body)
        except ValueError:
            return body
        walk(value, MODERN)
        shape = SHAPES.get(self.plural, (lambda _: None,))[0]
        for item in objects(value) if isinstance(value, dict) else ():
            shape(item)
            # The API server keeps what kubectl applied last as a text, in the version that it was told.
            annotations = item.get("metadata", {}).get("annotations") or {}
            if LAST_APPLIED in annotations:
                applied = json.loads(annotations[LAST_APPLIED])
                walk(applied, MODERN)
                shape(applied)
                annotations[LAST_APPLIED] = json.dumps(applied, separators=(",", ":")) + "\n"
        return json.dumps(value, separators=(",", ":")).encode()


def discovery(path):
    """The paths to ask for instead of a discovery path, and how to join their answers; None if it is as it is."""
    if path == "/apis":
        return [path], lambda answers: {**answers[0], "groups": [group_with_modern(item) for item in answers[0]["groups"]]}
    for group, new, old, names in VERSIONS:
        if path == f"/apis/{group}":
            return [path], lambda answers: group_with_modern(answers[0])
        if path == f"/apis/{group}/{new}":
            # A version that 1.20 has already (batch/v1) keeps what it serves.
            return [path, f"/apis/{group}/{old}"], lambda answers, group=group, new=new, names=names: {
                "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{new}",
                "resources": [item for item in answers[0].get("resources", []) if item["name"].split("/")[0] not in names]
                + [modern_resource(item, group, new) for item in answers[1].get("resources", [])
                   if item["name"].split("/")[0] in names]}
    return None


def modern_resource(item, group, new):
    return {**item, "version": new} if item.get("group") == group else item


def group_with_modern(group):
    for name, new, _, _ in VERSIONS:
        if group.get("name") == name:
            version = {"groupVersion": f"{name}/{new}", "version": new}
            others = [item for item in group["versions"] if item != version]
            return {**group, "versions": [version, *others], "preferredVersion": version}
    return group
