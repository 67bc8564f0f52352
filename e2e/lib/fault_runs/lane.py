"""A place for one run after another: namespaces, workloads, proxies and operators of its own."""
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

from .cluster import E2E, WATCHBILL, Refused

OURS = "app.kubernetes.io/managed-by=watchbill"
PROGRAM = os.environ.get("PROGRAM", os.environ["REPOSITORY"] + "/.build/release/watchbill")
STATE = pathlib.Path(os.environ["STATE"])


class Failure(Exception):
    """A run did not come to its end; says why."""


class Proxy:
    """An e2e/modern-proxy as a process."""

    def __init__(self, name, folder):
        self.name, self.kubeconfig = name, folder / f"{name}.kubeconfig"
        log = open(folder / f"{name}.proxy.log", "w")
        self.process = subprocess.Popen(
            [E2E / "modern-proxy", "--kubeconfig", os.environ["OPERATOR_KUBECONFIG"], "--write-kubeconfig", self.kubeconfig,
             "--name", name, "--log", folder / f"{name}.injections"], stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline().split()
        if len(line) != 4:
            raise Failure(f"the proxy did not start, see {log.name}")
        self.control = line[3]

    def ask(self, method, path, value=None):
        request = urllib.request.Request(self.control + path, method=method, data=json.dumps(value).encode())
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def arm(self, rules):
        return self.ask("POST", "/faults", rules)

    def state(self):
        return self.ask("GET", "/state")

    def writes(self):
        counts = self.state()["counts"]
        return sum(number for kind, number in counts.items()
                   if kind.split()[0] in ("create", "update", "patch", "delete") and "leases" not in kind)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Operator:
    """A watchbill as a process, started again whenever a crash fault killed it."""

    def __init__(self, lane, proxy, ports, elects):
        self.lane, self.proxy, self.ports, self.elects, self.starts = lane, proxy, ports, elects, 0
        self.log = open(lane.folder / f"{proxy.name}.operator.log", "a")
        self.start()

    def start(self):
        environment = {**os.environ, "WATCHBILL_IMAGE": self.lane.courier, "HOSTNAME": self.proxy.name}
        self.process = subprocess.Popen(
            [PROGRAM, "operator", "--kubeconfig", self.proxy.kubeconfig, "--namespace", self.lane.system,
             "--watch-namespaces", ",".join(self.lane.tenants), "--config", self.lane.configuration, "--log-format", "json",
             "--leader-elect" if self.elects else "--no-leader-elect",
             "--metrics", f"127.0.0.1:{self.ports}", "--health", f"127.0.0.1:{self.ports + 1}"],
            env=environment, stdout=self.log, stderr=subprocess.STDOUT)
        self.starts += 1
        self.proxy.ask("POST", "/operator", {"pid": self.process.pid})

    def tend(self):
        """To be called often: a killed operator comes back as the kubelet would bring it back, only sooner."""
        code = self.process.poll()
        if code is None:
            return
        if code == -signal.SIGKILL:
            self.start()
        else:
            raise Failure(f"the operator ended by itself with {code}, see {self.log.name}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """As a rollout does it; what it must do then is to exit with 0 within 30 s."""
        self.tend()
        self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("the operator did not end within 30 s of SIGTERM") from None
        if code:
            raise Failure(f"the operator ended with {code} on SIGTERM")


class Lane:
    def __init__(self, cluster, number, setup):
        self.cluster, self.number = cluster, number
        self.prefix = f"faults-{number}"
        self.system = f"{self.prefix}-system"
        self.tenants = [f"{self.prefix}-shop", f"{self.prefix}-bank"]
        self.courier, self.configuration, self.broken = setup["courier"], setup["configuration"], setup["broken"]
        self.folder = STATE / "log" / "faults"
        self.folder.mkdir(exist_ok=True)
        self.ports = setup["ports"] + 10 * number

    # MARK: What a user does

    def policy(self, tenant, **changes):
        """The policy of a tenant as a run begins with it; the shop's names an image that cannot be scanned."""
        spec = {"workloads": {"selector": {}}, "scanners": ["Vulnerability", "Secret"]}
        if tenant.endswith("-shop"):
            spec |= {"images": [self.broken], "job": {"retries": 0}}
        spec = {key: value for key, value in {**spec, **changes}.items() if value is not None}
        path = f"{WATCHBILL}/namespaces/{tenant}/scanpolicies/nightly"
        self.cluster.apply(path, {"apiVersion": "watchbill.dev/v1alpha1", "kind": "ScanPolicy",
                                  "metadata": {"name": "nightly", "namespace": tenant}, "spec": spec})

    def clear(self):
        """Nothing of the run before stays but the workloads."""
        paths = [(f"{WATCHBILL}/namespaces/{tenant}/{plural}", "") for tenant in self.tenants for plural in ("scanpolicies", "scanreports")]
        paths += [(f"/apis/batch/v1/namespaces/{self.system}/jobs", OURS), (f"/api/v1/namespaces/{self.system}/configmaps", OURS),
                  (f"/apis/coordination.k8s.io/v1/namespaces/{self.system}/leases", ""),
                  (f"/api/v1/namespaces/{self.system}/pods", OURS)]
        for namespace in [self.system, *self.tenants]:
            paths.append((f"/apis/events.k8s.io/v1/namespaces/{namespace}/events", ""))
        for path, labels in paths:
            self.cluster.clear(path, labels)
        self.until(60, "the objects of the run before to be gone",
                   lambda: not any(self.cluster.items(path, labels) for path, labels in paths if not path.endswith("events")))

    # MARK: What is there

    def policies(self):
        return [item for tenant in self.tenants for item in self.cluster.items(f"{WATCHBILL}/namespaces/{tenant}/scanpolicies")]

    def reports(self):
        return [item for tenant in self.tenants for item in self.cluster.items(f"{WATCHBILL}/namespaces/{tenant}/scanreports")]

    def jobs(self):
        return self.cluster.items(f"/apis/batch/v1/namespaces/{self.system}/jobs", OURS)

    def holder(self):
        try:
            lease = self.cluster.ask("GET", f"/apis/coordination.k8s.io/v1/namespaces/{self.system}/leases/watchbill")
        except Refused:
            return None
        return lease["spec"].get("holderIdentity")

    def is_done(self):
        """Every policy is observed, every image it matches has a report or a failure, no Job is left."""
        policies = self.policies()
        for policy in policies:
            status = policy.get("status", {})
            images = status.get("images", {})
            if status.get("observedGeneration") != policy["metadata"]["generation"] or not images.get("matched"):
                return False
            if images["matched"] != images.get("scanned", 0) + images.get("failed", 0) or images.get("queued") or images.get("running"):
                return False
        return len(policies) == 2 and len(self.reports()) == 4 and not self.jobs()

    def until(self, seconds, what, condition, tend=lambda: None):
        limit = time.monotonic() + seconds
        while True:
            tend()
            if condition():
                return
            if time.monotonic() > limit:
                raise Failure(f"waited {seconds} s in vain for {what}")
            time.sleep(0.2)

    def rest(self, proxies, tend=lambda: None, quiet=3, window=5):
        """Waits until nothing was asked to be written for a while; then the times between which nothing may be written."""
        seen, since, limit = None, time.monotonic(), time.monotonic() + 90
        while time.monotonic() - since < quiet:
            tend()
            count = [proxy.writes() for proxy in proxies]
            if count != seen:
                seen, since = count, time.monotonic()
            if time.monotonic() > limit:
                raise Failure("the operator does not come to rest")
            time.sleep(0.2)
        begin = time.time()
        time.sleep(window)
        return begin, time.time()

    def snapshot(self):
        """The end state without what must differ between runs: times, uids, versions, and the lane's own name."""
        ledger = [item["data"] for item in self.cluster.items(f"/api/v1/namespaces/{self.system}/configmaps", OURS)]
        attempts = [json.loads(value) for data in ledger for key, value in sorted(data.items()) if key.endswith(".json")]
        state = {"policies": self.policies(), "reports": self.reports(), "attempts": attempts}
        return json.loads(json.dumps(timeless(state), sort_keys=True).replace(self.prefix, "faults"))


# The last two are what a scan took.
DIFFERS = {"uid", "resourceVersion", "managedFields", "generation", "creationTimestamp", "time", "observedGeneration",
           "durationSeconds", "peakMemoryBytes"}


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(member) for key, member in value.items()
                if key not in DIFFERS and not key.endswith(("Time", "UID"))}
    if isinstance(value, list):
        return [timeless(member) for member in value]
    return value
