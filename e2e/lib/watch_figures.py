"""Figures of ImageWatch: images of a real registry, watched through a real API server; counted by the registry's access log."""
import datetime
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import hollow
import registry
from measure import Operator, memory, processor

NAMESPACE = "bench-watches"
WATCHES = "/apis/watchbill.dev/v1alpha1/namespaces/" + NAMESPACE + "/imagewatches"
# As many as an ImageWatch may name.
IMAGES_A_WATCH = 250
MERGE = "application/merge-patch+json"
# As seldom as nothing in a run is due by itself, and the shortest that a watch may have.
SELDOM, OFTEN = 86_400, 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Registry:
    """docker-registry over a storage that is written as files: as many pushes would take minutes."""

    def __init__(self, folder, port=None):
        self.folder, self.port = pathlib.Path(folder), port or free_port()
        self.host, self.log = f"localhost:{self.port}", self.folder / "access.log"
        # How much of the log was counted, and what came to light.
        self.read, self.counted = 0, 0
        (self.folder / "registry.yml").write_text(
            "version: 0.1\nlog: {level: error, accesslog: {disabled: false}}\n"
            f"storage: {{filesystem: {{rootdirectory: '{self.folder}/storage', maxthreads: 100}}}}\nhttp: {{addr: '127.0.0.1:{self.port}', secret: bench}}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", str(self.folder / "registry.yml")], stdout=open(self.log, "ab"),
                                        stderr=open(self.folder / "registry.log", "ab"))
        self.client = registry.Registry(self.host)
        for _ in range(200):
            try:
                self.client.send("GET", "/v2/")
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("error: docker-registry does not answer; is the package installed? run make setup")

    def push(self, repository, tag, text=""):
        configuration = {"architecture": "amd64", "os": "linux", "created": text or tag, "rootfs": {"type": "layers", "diff_ids": []}}
        return self.client.image(repository, tag, [b"layer"], json.dumps(configuration).encode())["digest"]

    def repositories(self, count):
        self.push("bench/r0", "1.0.0")
        self.push("bench/r0", "1.1.0")
        root = self.folder / "storage/docker/registry/v2/repositories/bench"
        for number in range(1, count):
            shutil.copytree(root / "r0", root / f"r{number}")

    def many_tags(self, count):
        self.push("bench/many", "0.0.0")
        tags = self.folder / "storage/docker/registry/v2/repositories/bench/many/_manifests/tags"
        link = (tags / "0.0.0/current/link").read_text()
        for number in range(1, count):
            (tags / f"0.0.{number}/current").mkdir(parents=True)
            (tags / f"0.0.{number}/current/link").write_text(link)

    def asked(self):
        """Requests of the operator so far. Only what is new of the log is read: whoever waits asks often, beside what is measured."""
        with open(self.log, "rb") as log:
            log.seek(self.read)
            lines = log.read()
        lines = lines[:lines.rfind(b"\n") + 1]
        self.read += len(lines)
        self.counted += lines.count(b'"watchbill"\n')
        return self.counted

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Connections(threading.Thread):
    """Client ports that were seen connected to a port: the kernel's table, read again and again."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.mark, self.seen, self.ended = f":{port:04X}", set(), False
        # What others closed a while ago.
        self.before = self.look()
        self.start()

    def look(self):
        ports = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in pathlib.Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                # Ours is the end that connected; TIME_WAIT keeps a closed one in sight for a minute.
                if fields[2].endswith(self.mark) and fields[3] in ("01", "04", "05", "06", "08"):
                    ports.add(fields[1])
        return ports

    def run(self):
        while not self.ended:
            self.seen |= self.look() - self.before
            time.sleep(0.1)

    def stop(self):
        self.ended = True
        self.join()
        return len(self.seen)


class Watches:
    """The ImageWatches of one run."""

    def __init__(self, state, program, log):
        self.api, self.state, self.program, self.log = hollow.API(state), state, program, log
        self.folder = tempfile.TemporaryDirectory(prefix="watchbill-bench.")
        self.registry = Registry(self.folder.name)
        self.configuration = pathlib.Path(self.folder.name) / "operator.yaml"
        self.configuration.write_text(json.dumps({"registries": [{"host": self.registry.host, "endpoint": self.registry.host, "plainHTTP": True}]}))
        self.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})

    def close(self):
        self.registry.stop()
        self.api("DELETE", WATCHES)
        self.folder.cleanup()

    def start(self):
        return Operator(self.program, self.state / "admin.kubeconfig", self.log, arguments=["--no-leader-elect", "--config", self.configuration])

    def begin(self):
        """An operator that has nothing to watch yet."""
        self.api("DELETE", WATCHES)
        operator = self.start()
        operator.ready()
        return operator

    def objects(self, images, interval=SELDOM):
        self.api("DELETE", WATCHES)
        names = []
        for first in range(0, len(images), IMAGES_A_WATCH):
            names.append(f"w{first // IMAGES_A_WATCH}")
            spec = {"intervalSeconds": interval, "images": [{"image": image} for image in images[first:first + IMAGES_A_WATCH]]}
            code, answer = self.api("POST", WATCHES, {"apiVersion": "watchbill.dev/v1alpha1", "kind": "ImageWatch",
                                                      "metadata": {"name": names[-1], "namespace": NAMESPACE}, "spec": spec})
            if code != 201:
                raise SystemExit(f"error: an ImageWatch was refused with {code}: {answer[:300]!r}")
        return names

    def statuses(self):
        return [item.get("status", {}) for item in json.loads(self.api("GET", WATCHES)[1])["items"]]

    def again(self, names):
        """Asks for a check of everything, as `kubectl annotate` does; returns the token."""
        token = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for name in names:
            self.api("PATCH", f"{WATCHES}/{name}", {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": token}}}, MERGE)
        return token

    def interval(self, names, seconds):
        for name in names:
            self.api("PATCH", f"{WATCHES}/{name}", {"spec": {"intervalSeconds": seconds}}, MERGE)

    def until(self, holds, what, seconds=300):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise SystemExit(f"error: {what} did not come within {seconds} s; {json.dumps(self.statuses())[:600]}")
            time.sleep(0.02)

    def round(self, operator, begin, requests, images):
        """One check of all images: begun by `begin`, over when the registry has had so many requests and asks for no more."""
        before, used, started = self.registry.asked(), processor(operator.pid), time.monotonic()
        serving = processor(self.registry.process.pid)
        begin()
        self.until(lambda: self.registry.asked() - before >= requests, f"request {requests} for {images} images")
        seconds = time.monotonic() - started
        serving = processor(self.registry.process.pid) - serving
        time.sleep(3)
        return {"seconds": seconds, "requests": self.registry.asked() - before, "processor": processor(operator.pid) - used,
                "serving": serving}

    def fleet(self, count):
        """Checks of `count` images, a repository each, of one registry: the first, one that is due, one that is asked for."""
        operator = self.begin()
        connections = Connections(self.registry.port)
        images, names = [f"{self.registry.host}/bench/r{number}:1.0.0" for number in range(count)], []
        # What is newest, and what the named tag has: a list and two HEADs are the least that can tell.
        cold = self.round(operator, lambda: names.extend(self.objects(images)), 2 * count, count)
        def compared():
            return sum(status.get("counts", {}).get("outdated", 0) for status in self.statuses()) == count
        self.until(compared, f"all {count} images outdated")
        cold["connections"] = len(connections.seen)
        # All lists are older than the interval when it becomes that short, so all are due at once; what is behind the versions
        # is not, but with every tenth check.
        time.sleep(OFTEN + 1)
        warm = self.round(operator, lambda: self.interval(names, OFTEN), count, count)
        self.interval(names, SELDOM)
        time.sleep(1)
        warm["connections"] = len(connections.seen) - cold["connections"]
        token = []
        # The list, and whether the newest still has the same content.
        asked = self.round(operator, lambda: token.append(self.again(names)), 2 * count, count)
        def handled():
            return all(status.get("lastHandledReconcileAt") == token[0] for status in self.statuses())
        self.until(handled, "the token of the last check in every status")
        asked["connections"] = connections.stop() - cold["connections"] - warm["connections"]
        held = memory(operator.pid)
        operator.stop()
        return {"images": count, "cold": cold, "warm": warm, "asked": asked, "memory": held}

    def tags(self, count):
        """One repository with many tags."""
        operator = self.begin()
        base = memory(operator.pid)
        names = []
        newest = f"0.0.{count - 1}"
        def is_newest():
            return any(image.get("latest", {}).get("tag") == newest for status in self.statuses() for image in status.get("images", []))
        used, started = processor(operator.pid), time.monotonic()
        names.extend(self.objects([f"{self.registry.host}/bench/many:0.0.0"]))
        self.until(is_newest, f"tag {newest}")
        result = {"tags": count, "cold": {"seconds": time.monotonic() - started, "processor": processor(operator.pid) - used}}
        time.sleep(1)
        before, used, started = self.registry.asked(), processor(operator.pid), time.monotonic()
        token = self.again(names)
        self.until(lambda: all(status.get("lastHandledReconcileAt") == token for status in self.statuses()) and self.registry.asked() > before, "the second check")
        time.sleep(2)
        result["warm"] = {"requests": self.registry.asked() - before, "processor": processor(operator.pid) - used}
        held = memory(operator.pid)
        operator.stop()
        return result | {"base": base, "memory": held}

    def pushed(self, interval):
        """Seconds from a push to the status that names it, the registry being asked every `interval` seconds."""
        operator = self.begin()
        self.registry.push("bench/pushed", "1.0.0")
        self.objects([f"{self.registry.host}/bench/pushed:1.0.0"], interval)
        def says(tag):
            return any(image.get("latest", {}).get("tag") == tag for status in self.statuses() for image in status.get("images", []))
        self.until(lambda: says("1.0.0"), "the first check")
        seconds = []
        for minor in range(1, 4):
            # Not in step with the interval.
            time.sleep(interval * minor / 4)
            self.registry.push("bench/pushed", f"1.{minor}.0")
            began = time.monotonic()
            self.until(lambda: says(f"1.{minor}.0"), f"tag 1.{minor}.0", interval * 2 + 30)
            seconds.append(time.monotonic() - began)
        operator.stop()
        return seconds
