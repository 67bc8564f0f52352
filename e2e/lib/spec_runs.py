#!/usr/bin/env python3
"""Tries generated custom resources on the real API server while the real operator runs.

    spec_runs.py --kubeconfig FILE --namespace NAME --pid PID --audit-log FILE < lines of `workbench specs`

In batches: each object is made (every other one valid first, then changed), all of them stand for a while side by side, and are
healed by a valid document. Nothing is taken from what the operator says of itself: crashes are told by /proc, hot loops by the
audit log (its requests) and /proc (its processor time), healing by kubectl. Its last line is
`n specs, 0 crashes, 0 hot loops, 0 unhealed`. Exit 1 when one of them is not 0, when the API server and our schema disagree about
an object in a way that the operator does not tell, or when the API server found invalid what the operator wrote.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

os.environ.setdefault("E2E", str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, os.path.join(os.environ["E2E"], "lib"))
from fault_runs.cluster import WRITES, Cluster, Refused, witness  # noqa: E402

# Seconds until a status must be about the spec that stands there, and until what is valid again must be healed.
PATIENCE = 30
# Looks at the operator while all specs of a batch stand: so many of a second each. A loop shows in all of them, news only in some.
LOOKS = 3
# More in each of them is a loop: shares of one processor, writes and requests a second, Leases and watches aside.
HOT = {"processor": 0.25, "writes": 3, "requests": 6}
# Writes about one object from its making to its end, twenty seconds on the whole, that are one.
HOT_WRITES = 60
# Kubernetes 1.20 built by Go 1.16 or newer, as the rig's is, takes "" for null (kubernetes/kubernetes#99804, mended in 1.21).
EMPTY_IS_NULL = re.compile(r'must be of type string: "null"$')
# What no message may hold: it would show another text than it is.
DISGUISE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Operator:
    """One process, as /proc knows it."""

    def __init__(self, pid):
        self.file = pathlib.Path(f"/proc/{pid}/stat")
        self.began = self.fields()[19]

    def fields(self):
        """From the third field on: the second is the name, which may hold anything."""
        return self.file.read_text().rsplit(")", 1)[1].split()

    def alive(self):
        """True while the process is the one that was there first, and no zombie."""
        try:
            fields = self.fields()
        except OSError:
            return False
        return fields[0] != "Z" and fields[19] == self.began

    def seconds(self):
        """Of processor time so far."""
        fields = self.fields()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Trial:
    def __init__(self, number, line):
        self.line, self.number = line, number
        self.name = f"spec-{number}"
        self.code, self.answer = 0, ""
        self.problems, self.unhealed = [], None

    def __str__(self):
        return f"spec {self.number}, {self.line['kind']} with " + " and ".join(self.line["changes"])

    @property
    def accepted(self):
        return 200 <= self.code < 300

    @property
    def stands(self):
        """Whether there is an object of that name."""
        return self.accepted or self.number % 2 == 1


class Condition:
    """What kubectl shows of an object."""

    def __init__(self, found):
        self.generation = found["metadata"]["generation"]
        self.status = found.get("status", {})
        self.all = {c["type"]: c for c in self.status.get("conditions", [])}
        self.ready = self.all.get("Ready", {})

    @property
    def current(self):
        return self.ready.get("observedGeneration") == self.generation

    @property
    def stalled(self):
        return self.all.get("Stalled", {}).get("status") == "True"

    @property
    def essence(self):
        """What must be the same for two objects of the same spec."""
        conditions = sorted((c["type"], c["status"], c["reason"], c["message"]) for c in self.all.values())
        return conditions, self.status.get("images"), self.status.get("summary")


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        self.cluster = Cluster(arguments.kubeconfig)
        self.operator = Operator(arguments.pid)
        self.log = pathlib.Path(arguments.audit_log)
        self.offset = self.log.stat().st_size
        self.trials, self.disagreements, self.looks = [], [], []
        # By kind: an object that has been valid all the time.
        self.controls = {}
        self.hot, self.invalid, self.empty = [], [], 0

    # The API server

    def path(self, trial, name=""):
        line = trial.line
        return (f"/apis/{line['group']}/{line['version']}/namespaces/{self.arguments.namespace}/{line['plural']}"
                + (f"/{name}" if name else ""))

    def put(self, trial, members, name=""):
        """Makes the object or replaces what it holds; the text of `members` goes as it is, numbers as they are written."""
        name = name or trial.name
        metadata = {"name": name, "namespace": self.arguments.namespace}
        status = ""
        try:
            found = self.cluster.ask("GET", self.path(trial, name))
            metadata["resourceVersion"] = found["metadata"]["resourceVersion"]
            # As clients do who change what they have read. Kubernetes before 1.22 takes a PUT without a status for the removal
            # of its fields from those who own them, keeps the fields, and then nobody can end a condition any more.
            if "status" in found:
                status = ', "status": ' + json.dumps(found["status"])
            method, path = "PUT", self.path(trial, name)
        except Refused as refusal:
            if refusal.args[0] != 404:
                raise
            method, path = "POST", self.path(trial)
        head = {"apiVersion": trial.line["apiVersion"], "kind": trial.line["kind"], "metadata": metadata}
        text = json.dumps(head)[:-1] + (", " + members if members else "") + status + "}"
        self.cluster.send(method, path, text.encode())

    def write(self, trial, members, name=""):
        """Code and answer; once more when the operator's status came between."""
        for _ in range(10):
            try:
                self.put(trial, members, name)
                return 200, ""
            except Refused as refusal:
                answer = refusal.args
                if answer[0] != 409:
                    break
        return answer

    def remove(self, trial):
        try:
            self.cluster.ask("DELETE", self.path(trial, trial.name))
        except Refused as refusal:
            if refusal.args[0] != 404:
                raise

    def shown(self, kinds):
        """All objects of these kinds by plural and name, as kubectl shows them."""
        answer = subprocess.run(
            ["kubectl", "--kubeconfig", self.arguments.kubeconfig, "-n", self.arguments.namespace, "get", ",".join(sorted(kinds)),
             "-o", "json"], check=True, capture_output=True).stdout
        return {(item["kind"], item["metadata"]["name"]): item for item in json.loads(answer)["items"]}

    def wait(self, trials, obstacle):
        """Until `obstacle(trial, objects)` is None for all; what is left of them by trial when patience is over."""
        kinds = {f"{t.line['plural']}.{t.line['group']}" for t in trials}
        limit = time.monotonic() + PATIENCE
        left = {}
        while trials:
            objects = self.shown(kinds)
            left = {t: words for t in trials if (words := obstacle(t, objects))}
            if not left or time.monotonic() > limit or not self.operator.alive():
                break
            time.sleep(0.4)
        return left

    # A batch

    def attempt(self, trial):
        if trial.number % 2:
            self.write(trial, trial.line["base"])
        trial.code, trial.answer = self.write(trial, trial.line["members"])
        if trial.code >= 500:
            trial.problems.append(f"the API server answers {trial.code}: {trial.answer[:300]}")

    def settled(self, trial, objects):
        found = objects.get((trial.line["kind"], trial.name))
        if not found or not Condition(found).current:
            return "no status about this spec"
        trial.seen = Condition(found)
        return None

    def judge(self, trial):
        """What our schema says is what the API server does; what is wrong nevertheless is told with path and remedy."""
        line, seen = trial.line, getattr(trial, "seen", None)
        stalled = bool(seen and seen.stalled)
        if seen:
            message = seen.ready["message"]
            if stalled and not ("spec" in message and ";" in message):
                trial.problems.append(f"stalled without path or remedy: {message}")
            if DISGUISE.search(message):
                trial.problems.append(f"a message that disguises itself: {message!r}")
        if trial.accepted == line["isAccepted"]:
            return
        if trial.code == 422 and '""' in line["members"]:
            causes = json.loads(trial.answer)["details"]["causes"]
            if all(EMPTY_IS_NULL.search(cause["message"]) for cause in causes):
                self.empty += 1
                return
        said = ("accepted" + (", stalled" if stalled else "")) if trial.accepted else trial.answer[:300]
        self.disagreements.append(f"{trial}: the API server: {said}; the schema: {line.get('violation', 'accepted')}")
        # Stricter than the API server is fine where the operator says so.
        if not stalled:
            trial.problems.append("API server and schema disagree")

    def look(self):
        """One second of the operator; what it asked in it is read from the audit log at the end."""
        began, spent = time.time(), self.operator.seconds()
        time.sleep(1)
        ended = time.time()
        return began, ended, (self.operator.seconds() - spent) / (ended - began)

    def heal(self, trial):
        if not trial.line["hasStatus"]:
            return self.remove(trial)
        code, answer = self.write(trial, trial.line["base"])
        if code >= 300:
            trial.unhealed = f"the valid document is refused: {answer[:300]}"
        return None

    def sick(self, trial, objects):
        """None when the object is as one that was never changed; an object that is nobody's wish is gone."""
        kind = trial.line["kind"]
        found = objects.get((kind, trial.name))
        if not trial.line["hasStatus"]:
            return "is still there" if found else None
        if not found:
            return "is gone"
        shown, control = Condition(found), Condition(objects[kind, "control"])
        if not shown.current or shown.ready.get("status") != "True" or shown.stalled:
            return f"is not healed: {shown.ready}"
        return None if shown.essence == control.essence else f"differs: {shown.essence}, in place of {control.essence}"

    def batch(self, lines, first, pool):
        trials = [Trial(first + index, line) for index, line in enumerate(lines)]
        self.trials += trials
        for trial in trials:
            if trial.line["hasStatus"] and trial.line["kind"] not in self.controls:
                self.controls[trial.line["kind"]] = self.write(trial, trial.line["base"], "control")
        list(pool.map(self.attempt, trials))
        silent = self.wait([t for t in trials if t.accepted and t.line["hasStatus"]], self.settled)
        for trial, words in silent.items():
            trial.problems.append(f"{words} within {PATIENCE} s")
        for trial in trials:
            self.judge(trial)
        if not self.operator.alive():
            return
        self.looks.append((trials, [self.look() for _ in range(LOOKS)]))
        standing = [t for t in trials if t.stands]
        list(pool.map(self.heal, standing))
        for trial, words in self.wait([t for t in standing if not t.unhealed], self.sick).items():
            trial.unhealed = words
        list(pool.map(self.remove, standing))

    def all(self, lines, size):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for first in range(0, len(lines), size):
                if not self.operator.alive():
                    break
                began = time.monotonic()
                self.batch(lines[first:first + size], first, pool)
                done = self.trials[first:]
                print(f"specs {first} to {first + len(done) - 1}: {sum(t.accepted for t in done)} accepted, "
                      f"{time.monotonic() - began:.1f} s", flush=True)

    # The witness

    def requests(self):
        """The operator's from the audit log, Leases, watches and dry runs aside: time, verb, resource, name, code."""
        with open(self.log, encoding="utf-8", errors="replace") as lines:
            lines.seek(self.offset)
            for line in lines:
                if "watchbill-operator" not in line:
                    continue
                try:
                    event = json.loads(line)
                except ValueError:
                    continue  # the last line, while the server writes it
                _, resource, subresource = witness.about(event)
                if event["user"].get("username") != "watchbill-operator" or resource == "leases" or event["verb"] == "watch":
                    continue
                reference = event.get("objectRef") or {}
                name = reference.get("name") if reference.get("namespace") == self.arguments.namespace else None
                yield (witness.moment(event["requestReceivedTimestamp"]), event["verb"],
                       resource + (f"/{subresource}" if subresource else ""), name, witness.code(event))

    def consult(self):
        times, writes, about = [], [], collections.Counter()
        for moment, verb, resource, name, code in self.requests():
            times.append(moment)
            if verb not in WRITES:
                continue
            writes.append(moment)
            about[resource.split("/")[0], name] += 1
            if code in (400, 413, 422, 500):
                self.invalid.append(f"{verb} {resource} {name or ''}: {code}")
        for trials, looks in self.looks:
            def least(moments):
                return min(sum(began <= moment < ended for moment in moments) / (ended - began) for began, ended, _ in looks)
            seen = {"processor": min(share for _, _, share in looks), "writes": least(writes), "requests": least(times)}
            words = ", ".join(f"{name} {value:.2f}" for name, value in seen.items())
            print(f"specs {trials[0].number} to {trials[-1].number} at rest, a second: {words}")
            if any(seen[name] > bound for name, bound in HOT.items()):
                self.hot.append(f"specs {trials[0].number} to {trials[-1].number}: {words}")
        for trial in self.trials:
            count = about[trial.line["plural"], trial.name]
            if count > HOT_WRITES:
                self.hot.append(f"{trial}: {count} writes about it")
        most = max((about[trial.line["plural"], trial.name] for trial in self.trials), default=0)
        print(f"the operator's requests: {len(times)}, its writes: {len(writes)}, about one of the specs at most: {most}")

    def report(self):
        self.consult()
        crashes = 0 if self.operator.alive() else 1
        unhealed = [trial for trial in self.trials if trial.unhealed]
        wrong = [trial for trial in self.trials if trial.problems]
        for trial in wrong:
            for problem in trial.problems:
                print(f"WRONG {trial}: {problem}")
        for trial in unhealed:
            print(f"UNHEALED {trial}: {trial.unhealed}")
        for line in self.hot:
            print(f"HOT {line}")
        for line, count in collections.Counter(self.invalid).items():
            print(f"INVALID what the operator wrote, {count} times: {line}")
        print(f"{len(self.disagreements)} disagreements between API server and schema" + (":" if self.disagreements else ""))
        for line in self.disagreements:
            print(f"  {line}")
        if self.empty:
            print(f"{self.empty} refused for an empty text, as only this API server does")
        accepted = [trial for trial in self.trials if trial.accepted]
        stalled = sum(1 for trial in accepted if getattr(trial, "seen", None) and trial.seen.stalled)
        print(f"{len(accepted)} accepted, {stalled} of them stalled, {len(self.trials) - len(accepted)} refused, {len(wrong)} wrong")
        print(f"{len(self.trials)} specs, {crashes} crashes, {len(self.hot)} hot loops, {len(unhealed)} unhealed")
        return not (crashes or self.hot or unhealed or wrong or self.invalid)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--kubeconfig", required=True)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--pid", required=True)
    parser.add_argument("--audit-log", required=True)
    parser.add_argument("--batch", type=int, default=60)
    arguments = parser.parse_args()
    run = Run(arguments)
    run.all([json.loads(line) for line in sys.stdin if line.strip()], arguments.batch)
    sys.exit(0 if run.report() else 1)


if __name__ == "__main__":
    main()
