"""The faults: what is armed for each, and what a user or an administrator does meanwhile."""
import dataclasses
import os
import random
import signal
import time
import typing

from .lane import Failure, Operator, Proxy

SEED = os.environ.get("SEED", "20")
# Kinds of writes whose objects must be as many as without a fault. Events are told once at most; a crash may lose one.
EVENTS = "events.events.k8s.io"
WATCHED = ["watch pods", "watch jobs.batch", "watch scanreports.watchbill.dev", "watch scanpolicies.watchbill.dev"]
# After so many seconds the operator gives a request up.
REQUEST_LIMIT = 30


@dataclasses.dataclass
class Run:
    """One row of the table."""
    name: str
    # (kinds of writes and how many of each without a fault) -> rules
    rules: typing.Callable = lambda writes: []
    # What happens once the operator runs, until the end state is there.
    course: typing.Callable = lambda stage: stage.done()
    elects: bool = False
    # Roughly, to begin the long ones first.
    seconds: int = 20
    # Whether Jobs and reports must be as many as without a fault, and none made twice.
    counts_objects: bool = True
    # So many Events may tell of what the user did meanwhile.
    own_events: int = 0
    # The fault may find nothing to strike.
    may_miss: bool = False
    # So long nothing is written before rest is believed: what was lost is found seconds later.
    quiet: int = 3
    # Whether the table shows how many of all writes were struck.
    of_writes: bool = False


class Stage:
    """A run under way: its lane, proxies and operators."""

    def __init__(self, lane, run, slug):
        self.lane, self.run, self.slug = lane, run, slug
        self.proxies, self.operators = [], []
        self.armed = self.own = 0
        self.taken = False
        self.notes = []

    def proxy(self, suffix=""):
        self.proxies.append(Proxy(self.slug + suffix, self.lane.folder))
        return self.proxies[-1]

    def operator(self, proxy, elects):
        self.operators.append(Operator(self.lane, proxy, self.lane.ports + 2 * len(self.operators), elects))
        return self.operators[-1]

    def tend(self):
        for operator in self.operators:
            operator.tend()

    def done(self, seconds=240):
        self.lane.until(seconds, "the end state", self.lane.is_done, self.tend)

    def begin(self, rules):
        proxy = self.proxy()
        self.arm(proxy, rules)
        for tenant in self.lane.tenants:
            self.lane.policy(tenant)
        self.operator(proxy, self.run.elects)

    def arm(self, proxy, rules):
        if rules:
            proxy.arm(rules)
        self.armed += sum(len(rule.get("at", [])) for rule in rules)

    def injected(self):
        return sum((proxy.state()["injections"] for proxy in self.proxies), [])


def points(name, kind, number, amount=3):
    """Which of `number` requests are struck: the same ones every time."""
    # Retries come after the last; the later half may not exist when a run needs fewer writes.
    reachable = range(1, max(min(number, amount), number * 2 // 3) + 1)
    return sorted(random.Random(f"{SEED}/{name}/{kind}").sample(reachable, min(amount, len(reachable))))


def each_write(fault, but=None):
    def rules(writes):
        return [{"fault": fault, "on": kind, "at": points(fault, kind, number)} for kind, number in writes.items()
                if kind.split()[1] != but]
    return rules


def on_kind(fault, *kinds):
    def rules(writes):
        return [{"fault": fault, "on": kind, "at": points(fault, kind, writes.get(kind, 3))} for kind in kinds]
    return rules


def always(*rules):
    return lambda writes: list(rules)


def overload(**answer):
    def rules(writes):
        reads = [{"fault": "status", "on": kind, "at": at, **answer} for kind, at in
                 [("list *", [2, 5, 9]), ("watch *", [3, 6, 8]), ("get pods/log", [1, 2, 4])]]
        return reads + [{"fault": "status", "on": kind, "at": points("status", kind, number), **answer} for kind, number in writes.items()]
    return rules


def broken_answers(request, event):
    def rules(writes):
        struck = each_write(request)(writes) + [
            {"fault": request, "on": "list *", "at": [2, 5, 9]}, {"fault": request, "on": "get pods/log", "at": [1, 2, 4]}]
        return struck + [{"fault": event, "on": kind, "at": [2, 5, 9] if "pods" in kind or "jobs" in kind else [1, 2, 4]} for kind in WATCHED]
    return rules


GONE = always(
    {"fault": "page", "on": "list *", "limit": 1},
    {"fault": "status", "on": "list *", "continued": False, "at": [2, 5, 9], "code": 410, "reason": "Expired", "label": "list"},
    {"fault": "status", "on": "list *", "continued": True, "at": [1, 4, 8], "code": 410, "reason": "Expired", "label": "page two"},
    {"fault": "status", "on": "watch *", "at": [2, 6, 9], "code": 410, "reason": "Gone", "label": "watch"},
    {"fault": "event-gone", "on": "watch pods", "at": [3, 9, 15], "reason": "Gone", "label": "event, Gone"},
    {"fault": "event-gone", "on": "watch jobs.batch", "at": [4, 8, 12], "reason": "Expired", "label": "event, Expired"})

MEBIBYTE = 1 << 20
LARGE = always(
    {"fault": "event-large", "on": "watch jobs.batch", "at": [3, 7, 11], "bytes": 16 * MEBIBYTE - 64, "label": "just below the limit"},
    {"fault": "event-large", "on": "watch pods", "at": [4, 8, 12], "bytes": 17 * MEBIBYTE, "label": "above it"})


TIME_TRAVEL = always(
    {"fault": "event-gone", "on": "watch pods", "at": [4, 9, 16], "reason": "Expired"},
    {"fault": "event-gone", "on": "watch jobs.batch", "at": [3, 9, 14], "reason": "Expired"},
    {"fault": "stale-list", "on": "list *", "seconds": 3})


def there_and_back(stage):
    """Every field that changes no scan, then something invalid, then the spec as it was."""
    for wait in (0.5, 2, 6):
        shop, bank = stage.lane.tenants
        stage.lane.policy(shop, minimumSeverity="High", compliance={"maximumHigh": 0}, ignoreUnfixed=True)
        stage.lane.policy(bank, suspend=True)
        time.sleep(wait)
        stage.tend()
        stage.lane.policy(shop, schedule="61 25 * * *")
        stage.lane.policy(bank, minimumSeverity="Critical")
        time.sleep(wait)
        for tenant in stage.lane.tenants:
            stage.lane.policy(tenant)
        stage.own += 1
    stage.done()


def scope_there_and_back(stage):
    """Nothing is selected any more, and other scanners; then the spec as it was."""
    shop, bank = stage.lane.tenants
    for wait in (1, 4, 8):
        stage.lane.policy(shop, workloads=None, images=[stage.lane.broken], scanners=["Secret"])
        stage.lane.policy(bank, excludeImages=["*"])
        time.sleep(wait)
        stage.tend()
        for tenant in stage.lane.tenants:
            stage.lane.policy(tenant)
        stage.own += 1
    stage.done()


def paused_leader(kind, nth):
    """The leader stops in the middle of its writes, another takes over, the first one goes on."""
    def course(stage):
        first, lane = stage.operators[0], stage.lane
        second = stage.operator(stage.proxy("-second"), elects=True)
        lane.until(60, f"{kind} number {nth}", stage.injected, stage.tend)
        leader = lane.holder()
        first.process.send_signal(signal.SIGSTOP)
        stage.own += 1
        try:
            lane.until(90, "the second replica to take over", lambda: lane.holder() not in (None, "", leader), second.tend)
            stage.taken = True
            time.sleep(2)
        finally:
            first.process.send_signal(signal.SIGCONT)
        # It finds out and ends so that it starts afresh; until then it must be silent.
        deadline = time.monotonic() + 40
        while first.process.poll() is None and time.monotonic() < deadline:
            second.tend()
            time.sleep(0.1)
        if first.process.poll() is None:
            stage.notes.append("the paused leader goes on as if nothing was")
        stage.operators.remove(first)
        stage.done()
    return course


def leaders():
    for kind, nth in (("create jobs.batch", 1), ("patch scanreports.watchbill.dev", 1), ("delete jobs.batch", 2)):
        yield Run(f"leader paused at {kind.split('.')[0]}", always({"fault": "late", "on": kind, "at": [nth], "seconds": 3}),
                  paused_leader(kind, nth), elects=True, seconds=65)


def crashes(full, writes):
    phases = [("before it is sent", "crash-before"), ("committed, not answered", "crash-committed"), ("answered", "crash-answered")]
    for words, fault in phases:
        if not full:
            # A crash before it takes the Event away, so its own crash needs a run of its own.
            yield Run(f"crash: {words}", each_write(fault, but=EVENTS), seconds=35, of_writes=True)
            yield Run(f"crash: {words}, Event", on_kind(fault, f"create {EVENTS}"), of_writes=True)
            continue
        # One crash a run: nothing that comes later can mend or hide it.
        for kind, number in writes.items():
            for nth in range(1, number + 1):
                # How many statuses are written depends on how events fall together; the last ones may not come.
                yield Run(f"crash: {words}, {kind} {nth}", always({"fault": fault, "on": kind, "at": [nth]}),
                          may_miss="/status" in kind and nth > number // 2)


def all_runs(full, writes):
    yield from crashes(full, writes)
    yield Run("cut after the commit", each_write("cut"), seconds=30, of_writes=True)
    yield Run("delivered twice", each_write("duplicate"), seconds=25, of_writes=True)
    yield Run("every 3rd event lost", always(*({"fault": "event-drop", "on": kind, "every": 3, "limit": 3, "seconds": 2} for kind in WATCHED)),
              seconds=45, quiet=10)
    yield Run("events coalesced", always(*({"fault": "event-coalesce", "on": kind, "seconds": 1.5} for kind in WATCHED[:2])), seconds=30)
    for kind in WATCHED:
        yield Run(f"{kind.split()[1].split('.')[0]} 3 s behind", always({"fault": "event-delay", "on": kind, "seconds": 3}), seconds=30)
    yield Run("time travel after 410", TIME_TRAVEL, seconds=40)
    yield Run("410 in every form", GONE, seconds=40)
    yield Run("429, Retry-After 1", overload(code=429, reason="TooManyRequests", retryAfter=1), seconds=40)
    yield Run("500", overload(code=500, reason="InternalError"), seconds=40)
    yield Run("503", overload(code=503, reason="ServiceUnavailable"), seconds=40)
    for kind in writes:
        yield Run(f"black hole: {kind.split('.')[0]}", on_kind("black-hole", kind), of_writes=True, seconds=REQUEST_LIMIT * min(writes[kind], 3) + 30)
    yield Run("black hole: watches", always(*({"fault": "event-silence", "on": kind, "at": [3]} for kind in WATCHED[:3])),
              seconds=110)
    yield Run("a byte at a time", broken_answers("slow", "event-slow"), seconds=35)
    yield Run("cut in the middle", broken_answers("truncate", "event-truncate"), seconds=40)
    yield Run("frames of 16 MiB", LARGE, seconds=35)
    yield Run("spec A, B, A", course=there_and_back, seconds=40, own_events=3)
    yield Run("spec A, B, A with new scans", course=scope_there_and_back, seconds=45, counts_objects=False)
    yield from leaders()
