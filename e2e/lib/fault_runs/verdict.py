"""What a run is judged by: the audit log, Trivy's own answers, and the run without a fault."""
import collections
import dataclasses
import json
import os
import pathlib

from .cluster import E2E, load
from .runs import EVENTS

compare = load(E2E / "lib" / "compare_reports.py")


@dataclasses.dataclass
class Outcome:
    """What a run left behind."""
    run: object
    slug: str
    armed: int = 0
    injected: list = dataclasses.field(default_factory=list)
    own: int = 0
    state: dict = None
    reports: list = dataclasses.field(default_factory=list)
    rest: tuple = (0, 0)
    # Whether another replica took over from one that was paused.
    taken: bool = False
    # What was armed, as the proxies report it, and how many requests of each kind there were.
    rules: list = dataclasses.field(default_factory=list)
    counts: dict = dataclasses.field(default_factory=dict)
    starts: int = 0
    problems: list = dataclasses.field(default_factory=list)
    seconds: float = 0


class Trivy:
    """What Trivy says of an image when it is asked here; asked once."""

    def __init__(self, database):
        self.arguments = type("Arguments", (), {"cache": str(pathlib.Path(os.environ["STATE"]) / "trivy"), "database": database})
        self.answers = {}

    def lost(self, reports, expected):
        """(namespace, digest) pairs without a report that says what Trivy says."""
        right = set()
        for report in reports:
            image = report["image"]
            repository = image["reference"].split("@")[0]
            head, _, tail = repository.rpartition("/")
            key = (f"{head}/{tail.split(':')[0]}@{image['digest']}", image["platform"])
            if key not in self.answers:
                self.answers[key] = compare.expected(compare.trivy(*key, self.arguments))
            if compare.observed(report) == self.answers[key]:
                right.add((report["metadata"]["namespace"].rpartition("-")[2], image["digest"]))
        return sorted(expected - right)


def created(writes):
    """How many objects of each kind came to be: a server-side apply that creates answers 201 too."""
    counts = collections.Counter(write.resource for write in writes if write.code == 201)
    return {kind: number for kind, number in counts.items() if not kind.startswith("leases")}


def duplicates(writes):
    """Jobs beyond the first for one try of one unit, told by their uids."""
    uids = collections.defaultdict(set)
    for write in writes:
        for unit in write.units:
            uids[unit].add(write.uid)
    return sum(len(found) - 1 for found in uids.values())


def difference(ours, reference, path=""):
    """The first place where two values differ, in words; nothing when they are equal."""
    if isinstance(ours, dict) and isinstance(reference, dict):
        for key in sorted(set(ours) | set(reference)):
            if found := difference(ours.get(key), reference.get(key), f"{path}.{key}"):
                return found
        return None
    if isinstance(ours, list) and isinstance(reference, list) and len(ours) == len(reference):
        return next(filter(None, (difference(*pair, f"{path}[{index}]") for index, pair in enumerate(zip(ours, reference)))), None)
    if ours == reference:
        return None
    return f"{path}: {json.dumps(ours)[:160]}, without a fault {json.dumps(reference)[:160]}"


COLUMNS = ["fault", "injected", "end state", "created", "duplicates", "lost", "at rest", "seconds"]


class Judge:
    def __init__(self, reference, writes, trivy, expected):
        self.reference, self.writes, self.trivy, self.expected = reference, writes, trivy, expected
        self.objects = created(self.all_writes(reference))

    def all_writes(self, outcome):
        return [write for name in (outcome.slug, outcome.slug + "-second") for write in self.writes.get(name, [])]

    def row(self, outcome):
        """The cells of the table, and what is wrong."""
        wrong, writes = list(outcome.problems), self.all_writes(outcome)
        done = len(outcome.injected) + outcome.own
        if not outcome.run.name.startswith("none") and not outcome.run.may_miss:
            if done == 0:
                wrong.append("the fault was never injected")
            wrong += [f"not one of {number} was injected: {kind}" for kind, number in self.unstruck(outcome)]
        differs = difference(outcome.state, self.reference.state)
        if differs:
            wrong.append("end state: " + differs)
        objects = created(writes)
        same = {kind: number for kind, number in objects.items() if kind != EVENTS} == \
            {kind: number for kind, number in self.objects.items() if kind != EVENTS} and \
            objects.get(EVENTS, 0) <= self.objects.get(EVENTS, 0) + outcome.run.own_events
        twice = duplicates(writes)
        if outcome.run.counts_objects and not same:
            wrong.append(f"created {objects}, without a fault {self.objects}")
        if outcome.run.counts_objects and twice:
            wrong.append(f"{twice} Jobs for a unit that had one")
        lost = self.trivy.lost(outcome.reports, self.expected)
        if lost:
            wrong.append(f"no report as Trivy's for {lost}")
        begin, end = outcome.rest
        resting = [write for write in writes if begin <= write.time <= end and not write.resource.startswith("leases")]
        if resting:
            wrong.append("written at rest: " + ", ".join(sorted({write.kind for write in resting})))
        if outcome.taken:
            wrong += self.after_the_take_over(outcome)
        injected = str(done)
        if outcome.armed == len(outcome.injected):
            injected += f" of {len(self.all_writes(self.reference))}" if outcome.run.of_writes else ""
        elif outcome.armed > len(outcome.injected):
            injected += f", {outcome.armed} armed"
        cells = [outcome.run.name, injected,
                 "equal" if not differs else "DIFFERS", ("equal" if same else "DIFFERS") if outcome.run.counts_objects else "-",
                 str(twice) if outcome.run.counts_objects else "-", str(len(lost)), str(len(resting)), f"{outcome.seconds:.0f}"]
        return cells, wrong

    def unstruck(self, outcome):
        """Kinds that were to be struck and never were."""
        struck = {entry["rule"] for entry in outcome.injected}
        for rule in outcome.rules:
            if rule["fault"] != "page" and rule["number"] not in struck:
                yield f"{rule['label']}, {rule['on']}", len(rule.get("at", [0]))

    def after_the_take_over(self, outcome):
        """Law 11: from the second replica's first write of the Lease on, the paused one writes nothing more."""
        taken = [write.time for write in self.writes.get(outcome.slug + "-second", [])
                 if write.resource.startswith("leases") and write.code < 300]
        if not taken:
            return ["the audit log knows no take-over"]
        late = [write.kind for write in self.writes.get(outcome.slug, []) if write.time > min(taken) and not write.resource.startswith("leases")]
        return [f"the paused leader wrote after the take-over: {', '.join(late)}"] if late else []


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
