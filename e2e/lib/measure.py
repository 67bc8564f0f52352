"""How figures are taken: processes by the kernel's accounts, statistics, the operator as a child."""
import atexit
import http.client
import os
import pathlib
import re
import statistics
import subprocess
import threading
import time


def memory(pid):
    """VmHWM and RssAnon in MB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) / 1000 for name in ("VmHWM", "VmRSS", "RssAnon")}


def processor(pid):
    """Seconds of processor time, of all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figure(name, unit, values, peer=None, peer_values=None):
    """One line of the table: median, and how far the runs lie apart."""
    value = statistics.median(values)
    line = {"name": name, "unit": unit, "value": round(value, 3), "peer": peer, "peerValue": None, "ratio": None,
            "n": len(values), "spread": [round(min(values), 3), round(max(values), 3)]}
    if peer_values:
        line["peerValue"] = round(statistics.median(peer_values), 3)
        line["ratio"] = round(value / line["peerValue"], 3) if line["peerValue"] else None
    return line


class HighWater(threading.Thread):
    """Reads VmHWM of a process, again and again until it is gone; `join` gives the last of them in MB."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.value = pid, 0.0
        self.start()

    def run(self):
        while True:
            try:
                self.value = memory(self.pid)["VmHWM"]
            except (OSError, TypeError):
                return
            time.sleep(0.002)

    def join(self, timeout=None):
        super().join(timeout)
        return self.value


class Operator:
    """The program under test, as the rig's operator user or as administrator."""

    def __init__(self, program, kubeconfig, log, metrics=28080, health=28081, arguments=()):
        self.metrics, self.health, self.log = metrics, health, pathlib.Path(log)
        self.begin = time.monotonic()
        self.process = subprocess.Popen(
            [program, "operator", "--kubeconfig", kubeconfig, "--namespace", "watchbill-system", "--metrics",
             f"127.0.0.1:{metrics}", "--health", f"127.0.0.1:{health}", *arguments],
            env=os.environ | {"WATCHBILL_IMAGE": "localhost:32000/watchbill:dev"}, stdout=subprocess.DEVNULL,
            stderr=open(log, "ab"))
        self.pid = self.process.pid
        # A figure that ends with an error leaves none behind, which would hold the ports of the next.
        atexit.register(self.process.kill)

    def ready(self, limit=300):
        """Seconds from its start to /readyz 200."""
        while time.monotonic() - self.begin < limit:
            if self.process.poll() is not None:
                raise SystemExit(f"error: the operator ended with {self.process.returncode}: {self.log.read_text()[-400:]}")
            try:
                if self.get("/readyz", self.health)[0] == 200:
                    return time.monotonic() - self.begin
            except OSError:
                pass
            # Finely at first; later not so often that the answers cost more than what is measured.
            waited = time.monotonic() - self.begin
            time.sleep(0.002 if waited < 1 else 0.05)
        raise SystemExit(f"error: the operator is not ready after {limit} s")

    def get(self, path, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.metrics, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.wait(40)

    def histogram(self, name, controller):
        """Cumulative counts by upper bound."""
        pattern = re.compile(rf'^{name}_bucket{{controller="{controller}",le="([^"]+)"}} (\d+)', re.M)
        return [(float(bound.replace("+Inf", "inf")), int(count)) for bound, count in pattern.findall(self.get("/metrics")[1])]

    def total(self, name, controller):
        """What was observed so far, summed up."""
        return float(re.search(rf'^{name}_sum{{controller="{controller}"}} (\S+)', self.get("/metrics")[1], re.M)[1])


def quantile(before, after, share):
    """Of what was observed in between: the value below which `share` lies, linear inside a bucket."""
    counts = [(bound, new - old) for (bound, new), (_, old) in zip(after, before)]
    total = counts[-1][1]
    if total == 0:
        return float("nan")
    low, below = 0.0, 0
    for bound, count in counts:
        if count >= share * total:
            if bound == float("inf"):
                return low
            return low + (bound - low) * (share * total - below) / max(count - below, 1)
        low, below = bound, count
    return low


def between(before, after):
    return after[-1][1] - before[-1][1]
