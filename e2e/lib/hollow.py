"""A large cluster without nodes: Pods, Nodes and policies as objects in a real API server, made and changed over many connections."""
import http.client
import json
import multiprocessing
import os
import ssl
import time

NAMESPACES = 200
NODES = 50
# Environment of both containers: what makes a Pod as large as those of real clusters, 8.7 kB as the API server sends it.
PADDING = 40


class API:
    """The API server of a state, as administrator, over one connection."""

    def __init__(self, state):
        settings = dict(line.split("=", 1) for line in (state / "env").read_text().splitlines())
        self.host = settings["API_SERVER"].strip("'").removeprefix("https://")
        self.context = ssl.create_default_context(cafile=state / "pki" / "ca.crt")
        self.context.load_cert_chain(state / "pki" / "admin.crt", state / "pki" / "admin.key")
        self.connection = None

    def __call__(self, method, path, body=None, kind="application/json"):
        data = None if body is None else json.dumps(body)
        for attempt in range(5):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPSConnection(self.host, context=self.context, timeout=60)
                self.connection.request(method, path, data, {"Content-Type": kind})
                answer = self.connection.getresponse()
                content = answer.read()
            except OSError:
                self.connection = None
                time.sleep(0.2)
                continue
            if answer.status == 429:
                time.sleep(1)
                continue
            return answer.status, content
        return 0, b""


def namespace_of(index):
    return f"bench-{index // 5 % NAMESPACES}"


def name_of(index):
    return f"web-{index // 5}-7d4b9c6f5-{index % 5}"


def image_of(index, container):
    number = index // 5 % 300 if container == "app" else 300 + index // 5 % 5
    repository = f"registry.example.com/organisation/{'web' if container == 'app' else 'proxy'}-{number}"
    return f"{repository}:v1.{number}", f"{repository}@sha256:{0x10000000 + number:x}{'0' * 56}"


def pod(index):
    labels = {"app.kubernetes.io/name": f"web-{index // 5}", "app.kubernetes.io/instance": "production",
              "app.kubernetes.io/part-of": "shop", "pod-template-hash": "7d4b9c6f5", "tier": "frontend"}
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10, "timeoutSeconds": 1,
             "successThreshold": 1, "failureThreshold": 3}
    containers = [{
        "name": name, "image": image_of(index, name)[0], "imagePullPolicy": "IfNotPresent",
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "env": [{"name": f"SETTING_NUMBER_{number}", "value": f"a value of some length, number {number} of {name}"}
                for number in range(PADDING // 2)],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "livenessProbe": probe, "readinessProbe": probe,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "scratch", "mountPath": "/tmp"}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    } for name in ("app", "proxy")]
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name_of(index), "labels": labels, "annotations": {"example.com/checksum": "0" * 64},
                     "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": f"web-{index // 5}",
                                          "uid": f"00000000-0000-0000-0000-{index // 5:012d}", "controller": True}]},
        "spec": {"nodeName": f"hollow-{index % NODES}", "automountServiceAccountToken": False, "containers": containers,
                 "volumes": [{"name": "data", "emptyDir": {}}, {"name": "scratch", "emptyDir": {}}]}}


def status(index):
    now = "2026-01-01T00:00:00Z"
    return {"status": {
        "phase": "Running", "hostIP": "10.0.0.1", "podIP": f"10.1.{index // 250 % 250}.{index % 250}", "startTime": now,
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now}
                       for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")],
        "containerStatuses": [{
            "name": name, "ready": True, "restartCount": 0, "started": True, "state": {"running": {"startedAt": now}},
            "image": image_of(index, name)[0], "imageID": image_of(index, name)[1],
            "containerID": f"containerd://{index:064x}"} for name in ("app", "proxy")]}}


def _make(state, numbers):
    api = API(state)
    for index in numbers:
        path = f"/api/v1/namespaces/{namespace_of(index)}/pods"
        code, answer = api("POST", path, pod(index))
        if code not in (201, 409):
            raise SystemExit(f"error: Pod {name_of(index)} was not made ({code}): {answer[:300].decode()}")
        api("PATCH", f"{path}/{name_of(index)}/status", status(index), "application/merge-patch+json")


def _change(state, count, worker, workers, rate, seconds, results):
    api = API(state)
    sent, begin = 0, time.monotonic()
    while (elapsed := time.monotonic() - begin) < seconds:
        if sent >= elapsed * rate / workers:
            time.sleep(0.0005)
            continue
        index = (sent * workers + worker) * 7919 % count
        # A label, because policies may select by it: what nobody reads is not news to the operator. What it had already is none either.
        body = {"metadata": {"labels": {"example.com/change": f"{worker}-{sent}-{begin:.3f}"}}}
        code, _ = api("PATCH", f"/api/v1/namespaces/{namespace_of(index)}/pods/{name_of(index)}", body,
                      "application/merge-patch+json")
        sent += code == 200
    results.put(sent)
    results.close()
    results.join_thread()
    # At once: what this process inherited, a relay's connections among it, is not its own to end.
    os._exit(0)


def parallel(target, arguments):
    processes = [multiprocessing.Process(target=target, args=each) for each in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit("error: not every object could be made; see above")


def fill(state, count, workers=4):
    """Namespaces, Nodes and Pods. The controllers must not run: they would take the Pods of such Nodes away."""
    api = API(state)
    for number in range(NODES):
        name = f"hollow-{number}"
        api("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
        api("PATCH", f"/api/v1/nodes/{name}/status",
            {"status": {"nodeInfo": {"operatingSystem": "linux", "architecture": "amd64"}}}, "application/merge-patch+json")
    for number in range(NAMESPACES):
        name = f"bench-{number}"
        api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        # No Pod is admitted without it, and the controller that makes it does not run.
        api("POST", f"/api/v1/namespaces/{name}/serviceaccounts",
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    parallel(_make, [(state, range(worker, count, workers)) for worker in range(workers)])


def add_policies(state, count):
    """One policy a namespace, suspended: planned over like any other, and nothing starts."""
    api = API(state)
    for number in range(count):
        namespace = f"bench-{number % NAMESPACES}"
        code, answer = api("POST", f"/apis/watchbill.dev/v1alpha1/namespaces/{namespace}/scanpolicies", {
            "apiVersion": "watchbill.dev/v1alpha1", "kind": "ScanPolicy", "metadata": {"name": f"policy-{number}"},
            "spec": {"suspend": True, "workloads": {"selector": {}}}})
        if code not in (201, 409):
            raise SystemExit(f"error: a policy was not made ({code}): {answer[:300].decode()}")


def change(state, count, rate, seconds, workers=4):
    """Changes Pods' labels at a rate (a second, all workers together); returns what was really reached."""
    results = multiprocessing.Queue()
    parallel(_change, [(state, count, worker, workers, rate, seconds, results) for worker in range(workers)])
    return sum(results.get() for _ in range(workers)) / seconds
