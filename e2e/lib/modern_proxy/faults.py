"""Which request or event a fault strikes: by kind and by count, never by chance, so a run can be done again."""
import collections
import fnmatch
import json
import os
import re
import signal
import time

# Strike a request or its answer.
REQUEST_FAULTS = {
    "crash-before": "SIGKILL to the operator, the request is not passed on",
    "crash-committed": "SIGKILL to the operator when the API server has answered, before the answer is passed on",
    "crash-answered": "SIGKILL to the operator when the answer has been passed on",
    "cut": "the request is passed on and carried out, then the connection is reset",
    "duplicate": "the request is passed on twice; the second answer counts",
    "status": "answered with `code`, `reason` and, if given, Retry-After `retryAfter`",
    "black-hole": "never answered nor passed on; the connection stays open",
    "late": "carried out at once, answered `seconds` later",
    "slow": "the answer comes one byte at a time",
    "truncate": "half of the answer, then the connection is reset",
    "stale-list": "the oldest answer that the list's resourceVersion permits; a watch from there opens `seconds` later",
}
# Strike an event of a watch; bookmarks are neither counted nor struck.
EVENT_FAULTS = {
    "event-drop": "not passed on; with `seconds` the watch ends that much later with 410, as when history is lost",
    "event-delay": "passed on `seconds` later, in order",
    "event-coalesce": "held for `seconds`; only the last of an object's events is passed on, and no pair of ADDED and DELETED",
    "event-gone": "instead of it an ERROR event with code 410 and `reason`, then the end of the watch",
    "event-slow": "passed on one byte at a time",
    "event-truncate": "half of it, then the connection is reset",
    "event-large": "a copy padded to `bytes` comes before it",
    "event-silence": "it and all after it, bookmarks too, are swallowed; the connection stays open",
}
# Changes requests without being a fault by itself.
MODIFIERS = {"page": "lists have pages of `limit` objects"}

COLLECTION_VERBS = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
OBJECT_VERBS = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "POST": "create"}
RESOURCE = re.compile(r"/(?:api/v1|apis/(?P<group>[^/]+)/[^/]+)"
                      r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<plural>[^/]+)(?:/(?P<name>[^/]+)(?:/(?P<sub>.+))?)?$")


class Request:
    """What a request asks for, in the API server's own words."""

    def __init__(self, method, target):
        path, _, query = target.partition("?")
        parameters = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        match = RESOURCE.match(path)
        self.path, self.parameters = path, parameters
        self.plural = match["plural"] if match else ""
        self.name = (match["name"] or "") if match else ""
        if not match:
            self.verb, self.kind = method.lower(), f"{method.lower()} {path}"
            return
        table = OBJECT_VERBS if self.name else COLLECTION_VERBS
        self.verb = table.get(method, method.lower())
        if method == "GET" and parameters.get("watch") in ("1", "true"):
            self.verb = "watch"
        resource = self.plural + (f".{match['group']}" if match["group"] else "") + (f"/{match['sub']}" if match["sub"] else "")
        self.kind = f"{self.verb} {resource}"

    @property
    def is_continued(self):
        return "continue" in self.parameters

    @property
    def is_stream(self):
        return self.verb == "watch" or self.parameters.get("follow") in ("1", "true")


class Rule:
    def __init__(self, number, value):
        known = REQUEST_FAULTS | EVENT_FAULTS | MODIFIERS
        self.fault = value.get("fault")
        if self.fault not in known:
            raise ValueError(f"there is no fault {self.fault!r}; choose from: {', '.join(known)}")
        unknown = set(value) - {"fault", "on", "at", "every", "limit", "continued", "label", "code", "reason", "retryAfter", "seconds", "bytes"}
        if unknown:
            raise ValueError(f"a rule knows no {', '.join(sorted(unknown))}")
        self.number, self.value = number, value
        on = value.get("on", ["*"])
        self.on = [on] if isinstance(on, str) else on
        self.at = set(value["at"]) if "at" in value else None
        self.every = value.get("every", 1)
        self.limit = value.get("limit")
        self.continued = value.get("continued")
        self.label = value.get("label") or self.fault
        self.seen = self.injected = 0
        # Strikes that were due and could not be done, as another fault had just killed the operator: the next ones make up for them.
        self.owed = 0

    def __getitem__(self, key):
        return self.value.get(key)

    def matches(self, request):
        return (any(fnmatch.fnmatchcase(request.kind, pattern) for pattern in self.on)
                and (self.continued is None or self.continued == request.is_continued))

    def strikes(self):
        """Counts one more that matches; whether it is one of those to strike."""
        self.seen += 1
        if self.at is not None:
            due = self.seen in self.at
            if not due and self.owed:
                self.owed -= 1
                return True
            return due
        return self.seen % self.every == 0 and (self.limit is None or self.injected < self.limit)

    def report(self):
        return {**self.value, "number": self.number, "label": self.label, "seen": self.seen, "injected": self.injected}


class Faults:
    """All that is armed, all that was seen, all that was done."""

    def __init__(self, log):
        self.rules, self.log_file = [], log
        self.counts, self.events, self.injections = collections.Counter(), collections.Counter(), []
        self.operator = None
        self.numbers = 0

    def arm(self, values):
        rules = []
        for value in values if isinstance(values, list) else [values]:
            self.numbers += 1
            rules.append(Rule(self.numbers, value))
        self.rules += rules
        return [rule.number for rule in rules]

    def disarm(self):
        self.rules = []

    def reset(self):
        self.counts.clear()
        self.events.clear()
        self.injections = []

    def request(self, request):
        """The rule that strikes this request, if any. All that match count it."""
        self.counts[request.kind] += 1
        striking = [rule for rule in self.rules if rule.fault in REQUEST_FAULTS and rule.matches(request) and rule.strikes()]
        return striking[0] if striking else None

    def event(self, request):
        self.events[request.kind] += 1
        striking = [rule for rule in self.rules if rule.fault in EVENT_FAULTS and rule.matches(request) and rule.strikes()]
        return striking[0] if striking else None

    def page_limit(self, request):
        return next((rule["limit"] for rule in self.rules if rule.fault == "page" and rule.matches(request)), None)

    def injected(self, rule, request, **details):
        """To be told when a fault has really been done."""
        rule.injected += 1
        entry = {"time": time.time(), "fault": rule.fault, "label": rule.label, "rule": rule.number, "count": rule.seen,
                 "kind": request.kind, "name": request.name, **details}
        self.injections.append(entry)
        if self.log_file:
            self.log_file.write(json.dumps(entry) + "\n")
            self.log_file.flush()

    def operator_is(self, pid):
        self.operator = (pid, start_time(pid))

    def kill(self):
        """Kills the operator that was named, if it is still that process."""
        if not self.operator or start_time(self.operator[0]) != self.operator[1]:
            return False
        os.kill(self.operator[0], signal.SIGKILL)
        self.operator = None
        return True


def start_time(pid):
    """Field 22 of stat; the second field may hold blanks, so count after its closing parenthesis."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return None
