#!/usr/bin/env python3
"""Kills the operator at every step of a notice's way, and counts what the receiver got.

    crash_rounds.py NAMESPACE REPOSITORY --rounds N      (with what `lib/scenario.sh` and `lib/operator.sh` export)

Each round pushes the next version of REPOSITORY:1.N.0, has the watch `all` look at once, kills the operator at one point, starts
it again, and waits until nothing stands in the outbox. The receiver's own record tells which messages came, how often, and
under how many ids. Ends with 1 when a version was never told, or under two ids.
"""
import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hollow import API  # noqa: E402
from measure import Operator  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("namespace")
parser.add_argument("repository")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--record", type=pathlib.Path, required=True)
parser.add_argument("--trap", type=pathlib.Path, required=True)
options = parser.parse_args()
state = pathlib.Path(os.environ["STATE"])
api = API(state)
kinds = f"/apis/watchbill.dev/v1alpha1/namespaces/{options.namespace}"
POINTS = {
    "the version is there": "nothing was seen",
    "status.outbox has the notice": "nothing was sent",
    "the message is under way": "not answered",
    "the receiver has answered": "not written down",
    "Channel status.settled has it": "still in the outbox",
    "status.outbox is empty": "all is done",
}


def start():
    operator = Operator(
        os.environ["PROGRAM"], os.environ["OPERATOR_KUBECONFIG"], state / "log" / "operator.log",
        metrics=int(os.environ["METRICS"].rpartition(":")[2]), health=int(os.environ["HEALTH"].rpartition(":")[2]),
        arguments=("--config", os.environ["OPERATOR_CONFIG"], "--log-format", "json", "--no-leader-elect"))
    operator.ready(60)
    return operator


def status(kind, name):
    code, content = api("GET", f"{kinds}/{kind}/{name}")
    return json.loads(content).get("status", {}) if code == 200 else {}


def outbox():
    return status("imagewatches", "all").get("outbox", [])


def settled():
    return [entry["id"] for entry in status("channels", "hooks").get("settled", [])]


def until(what, holds, limit=45):
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"error: not within {limit} s: {what}")
        time.sleep(0.002)


def push(version):
    subprocess.run([pathlib.Path(__file__).parent / "another_image.py", os.environ["REGISTRY"], "clean:1",
                    f"{options.repository}:{version}", f"{options.repository} {version}"], check=True, stdout=subprocess.DEVNULL)


def look():
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    api("PATCH", f"{kinds}/imagewatches/all", {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": now}}},
        "application/merge-patch+json")


def kill(operator):
    if operator.process.poll() is None:
        operator.process.send_signal(signal.SIGKILL)
    operator.process.wait()


def round(operator, point, version):
    trap = {"the message is under way": "before", "the receiver has answered": "after"}.get(point)
    if trap:
        options.trap.write_text(f"{operator.pid} {trap}")
    push(version)
    look()
    if trap:
        until("the operator is killed by the receiver", lambda: operator.process.poll() is not None)
    elif point == "status.outbox has the notice":
        until(point, lambda: outbox() or told(version))
    elif point == "Channel status.settled has it":
        until(point, lambda: settled() or (told(version) and not outbox()))
    elif point == "status.outbox is empty":
        until(point, lambda: told(version) and not outbox())
    kill(operator)
    # What stands when nobody is there.
    left = f"outbox {len(outbox())}, settled {len(settled())}"
    operator = start()
    look()
    until(f"{version} is told", lambda: told(version))
    until("the outbox is empty", lambda: not outbox())
    return operator, left


def messages():
    return [json.loads(line) for line in options.record.read_text().splitlines()]


def told(version):
    """The messages about a version that the receiver accepted."""
    return [each["id"] for each in messages() if each["status"] == 204
            and any(subject.partition(" (")[0].endswith(f"→ {version}") for subject in each["message"]["data"].get("subjects", []))]


operator = start()
until("the first comparison is done", lambda: status("imagewatches", "all").get("images", [{}])[0].get("outdated") is False)
failures = number = 0
print(f"{'state':32} {'kill point':22} {'left behind':24} {'n':>3} {'ids in the sink':>16} {'duplicates':>11} {'missing':>8}")
for point, words in POINTS.items():
    ids, copies, missing, lefts = 0, 0, 0, set()
    for _ in range(options.rounds):
        number += 1
        version = f"1.{number}.0"
        operator, left = round(operator, point, version)
        lefts.add(left)
        time.sleep(0.3)
        found = told(version)
        ids += len(set(found))
        copies += len(found) - len(set(found))
        missing += not found
        failures += len(set(found)) != 1
    print(f"{point:32} {words:22} {'; '.join(sorted(lefts)):24} {options.rounds:3} {ids:16} {copies:11} {missing:8}", flush=True)
kill(operator)
print(f"rounds {number}, told under no id or several {failures}")
sys.exit(1 if failures else 0)
