#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `watchbill eval cron` and `eval zone` with programs of others, on random schedules, zones and instants.

usage: cron.py WATCHBILL ROBFIG [SEED]

robfig/cron 3.0.1 (what Kubernetes uses) judges the grammar and occurrences in UTC; croniter occurrences in UTC, and in zones
while no clock is changed; Python's zoneinfo with PyPI's tzdata every zone's changes from 2020 to 2045; a search minute by minute
over zoneinfo the occurrences around changes. Where a difference is meant, its class is counted and printed. Exits 1 when
anything else differs.
"""
import collections
import json
import random
import re
import subprocess
import sys
import zoneinfo
from datetime import datetime, timedelta, timezone

from croniter import croniter

UTC = timezone.utc
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIELDS = [(0, 59, []), (0, 23, []), (1, 31, []),
          (1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()), (0, 6, "SUN MON TUE WED THU FRI SAT".split())]
zoneinfo.reset_tzpath(to=[])  # PyPI's tzdata alone
random_of = random.Random()
failures = collections.Counter()
classes = collections.Counter()
checked = collections.Counter()


def text(instant):
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(command, questions):
    run = subprocess.run(command, input="".join(json.dumps(q) + "\n" for q in questions), capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) != len(questions):
        sys.exit(f"error: {len(answers)} answers to {len(questions)} questions, {command}; each line must have one")
    return answers


def fail(part, question, ours, theirs):
    failures[part] += 1
    if failures[part] <= 5:
        print(f"DIFFERS {part}: {json.dumps(question)}\n  watchbill {json.dumps(ours)[:300]}\n  {part} {json.dumps(theirs)[:300]}")


# Schedules


def element(low, high, names):
    def value(number):
        return names[number - low] if names and random_of.random() < 0.3 else str(number)
    kind = random_of.random()
    first, last = sorted((random_of.randint(low, high), random_of.randint(low, high)))
    step = f"/{random_of.choice([1, 2, 3, 5, 7, 10, 15])}"
    if kind < 0.5:
        return value(first)
    if kind < 0.7:
        return f"{value(first)}-{value(last)}" + (step if random_of.random() < 0.3 else "")
    return ("*" if kind < 0.9 else value(first)) + step


def field(bounds, star):
    if random_of.random() < star:
        return "*"
    return ",".join(element(*bounds) for _ in range(random_of.choice([1, 1, 1, 2, 3])))


def schedule(stars=(0.15, 0.3, 0.6, 0.6, 0.6)):
    return " ".join(field(bounds, star) for bounds, star in zip(FIELDS, stars))


JUNK = ["", "60", "24", "0", "32", "13", "7", "8", "-1", "*/0", "*/", "/2", "1-", "-", "1-2-3", "1//2", "5-1", "x", "MONDAY", "mon",
        "jAn", "?", "*/90", "1,,2", ",", "L", "1#2", "H", "+5", "1.5", "*-5", "**", "00", "007", "0x1", "*,5", "5,*", "1-5/0", "7-7",
        "?/2", "SUN-SAT", "SAT-SUN", "DEC-JAN", "1/1", "6/9", "*/1"]


def junk():
    fields = schedule().split()
    for _ in range(random_of.choice([1, 1, 2])):
        fields[random_of.randrange(5)] = random_of.choice(JUNK)
    if random_of.random() < 0.1:
        fields = fields[:-1] if random_of.random() < 0.5 else fields + ["*"]
    return " ".join(fields)


# What a schedule means, read a second time: sets of values, the two restrictions, whether it follows real time.


def meaning(schedule):
    sets, bare, star = [], [], []
    for word, (low, high, names) in zip(schedule.split(), FIELDS):
        values, has_bare, has_star = set(), False, False
        for part in word.split(","):
            span, _, step = part.partition("/")
            number = lambda name: names.index(name) + low if name in names else int(name)
            if span == "*":
                first, last, has_star = low, high, True
                has_bare = has_bare or step in ("", "1")
            elif "-" in span:
                first, last = map(number, span.split("-"))
            else:
                first = number(span)
                last = high if step else first
            values.update(range(first, last + 1, int(step or 1)))
        sets.append(values), bare.append(has_bare), star.append(has_star)
    return sets, not bare[2] and not bare[4], star[0] or star[1]


def holds(sets, either, local):
    minutes, hours, days, months, weekdays = sets
    if local.minute not in minutes or local.hour not in hours or local.month not in months:
        return False
    day, weekday = local.day in days, local.isoweekday() % 7 in weekdays
    return (day or weekday) if either else (day and weekday)


def numbers(schedule):
    """With numbers in place of names."""
    words = schedule.split()
    for place in (3, 4):
        low, _, names = FIELDS[place]
        for index, name in enumerate(names):
            words[place] = words[place].replace(name, str(index + low))
    return " ".join(words)


def change_between(zone, start, end):
    """The first instant of the offset that holds at `end`."""
    while end - start > timedelta(seconds=1):
        middle = start + (end - start) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset():
            start = middle
        else:
            end = middle
    return end


def searched(question, start, end):
    """Every occurrence in (start, end], minute by minute, by the rule that the documentation states."""
    zone = zoneinfo.ZoneInfo(question["timeZone"])
    sets, either, real_time = meaning(question["schedule"])
    found = set()
    if real_time:
        instant = start.replace(second=0, microsecond=0)
        while instant <= end:
            if instant > start and holds(sets, either, instant.astimezone(zone)):
                found.add(instant)
            instant += MINUTE
    else:
        local = start.astimezone(zone).replace(tzinfo=None, second=0, fold=0) - DAY
        stop = end.astimezone(zone).replace(tzinfo=None, fold=0) + DAY
        while local <= stop:
            if holds(sets, either, local):
                first = local.replace(tzinfo=zone, fold=0)
                instant = first.astimezone(UTC)
                if instant.astimezone(zone).replace(tzinfo=None) != local:
                    # No clock shows it: fold 0 counts on with the old offset, so the change lies before.
                    instant = change_between(zone, instant - DAY, instant)
                if start < instant <= end:
                    found.add(instant)
            local += MINUTE
    return sorted(found)


# Parts


def compare_zones(watchbill):
    names = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)
    questions = [{"timeZone": name, "after": text(start), "through": text(end)} for name in names]
    changes = {}
    for question, ours in zip(questions, ask([watchbill, "eval", "zone"], questions)):
        zone = zoneinfo.ZoneInfo(question["timeZone"])
        theirs = {"offsetSeconds": int(start.astimezone(zone).utcoffset().total_seconds()), "changes": []}
        day, offset = start, start.astimezone(zone).utcoffset()
        while day < end:
            following = (day + DAY).astimezone(zone).utcoffset()
            if following != offset:
                change = change_between(zone, day, day + DAY)
                theirs["changes"].append({"time": text(change), "offsetSeconds": int(following.total_seconds())})
            day, offset = day + DAY, following
        checked["zones"] += 1
        checked["changes of zones"] += len(theirs["changes"])
        changes[question["timeZone"]] = [datetime.fromisoformat(c["time"]) for c in theirs["changes"]]
        if ours != theirs:
            fail("zoneinfo", question, ours, theirs)
    return changes


def instant_between(first, last):
    return datetime(first, 1, 1, tzinfo=UTC) + timedelta(seconds=random_of.randrange((last - first) * 365 * 86_400))


MEANT = [
    ("`?` outside of the day fields", lambda s: any("?" in f for i, f in enumerate(s.split()) if i in (0, 1, 3))),
    ("7 as Sunday", lambda s: any(v.lstrip("0") == "7" for v in re.split("[-,/]", s.split()[-1]))),
    ("empty list elements", lambda s: any("" in f.split(",") for f in s.split())),
    ("`*-5`, `+5`: digits and stars that nobody means", lambda s: "*-" in s or "?-" in s or "+" in s),
    ("never occurs", None),
]


def compare_robfig(watchbill, robfig, rounds):
    questions = [{"schedule": schedule() if i % 2 else junk(), "after": text(instant_between(2020, 2045)), "count": 5}
                 for i in range(rounds)]
    for question, ours, theirs in zip(questions, ask([watchbill, "eval", "cron"], questions), ask([robfig], questions)):
        checked["robfig/cron, UTC"] += 1
        if "error" in ours and "error" in theirs:
            checked["refused by both"] += 1
        elif ours.get("next") != theirs.get("next"):
            known = [name for name, is_meant in MEANT if is_meant and is_meant(question["schedule"])]
            if "never occurs" in ours.get("error", "") and theirs.get("next") == []:
                classes["robfig: a day that no month has is no error"] += 1
            elif known and ("error" in ours) != ("error" in theirs):
                classes[f"robfig: {known[0]}"] += 1
            elif "next" in ours and "next" in theirs and ours["next"][:len(theirs["next"])] == theirs["next"]:
                classes["robfig: nothing beyond five years"] += 1
            else:
                fail("robfig", question, ours, theirs)


def is_whole(field, low, high):
    """Whether a field names all of its values."""
    values = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("*" if span == "?" else span).partition("-")
        begin = low if first == "*" else int(first)
        end = int(last) if last else high if first == "*" or step else begin
        values.update(range(begin, end + 1, int(step or 1)))
    return {0 if low == 0 and value == 7 else value for value in values} >= set(range(low, high + 1))


def compare_croniter(watchbill, changes, rounds):
    names = ["UTC"] * 3 + sorted(changes)
    questions = []
    for _ in range(rounds):
        question = {"schedule": schedule(), "timeZone": random_of.choice(names), "after": text(instant_between(2020, 2040)), "count": 5}
        question["through"] = text(datetime.fromisoformat(question["after"]) + timedelta(days=random_of.choice([1, 40, 700])))
        questions.append(question)
    for question, ours in zip(questions, ask([watchbill, "eval", "cron"], questions)):
        checked["croniter"] += 1
        after, through = (datetime.fromisoformat(question[key]) for key in ("after", "through"))
        days, weekdays = (numbers(question["schedule"]).split()[i] for i in (2, 4))
        zone = zoneinfo.ZoneInfo(question["timeZone"])
        try:
            walk = croniter(question["schedule"], after.astimezone(zone), max_years_between_matches=12)
            following = [walk.get_next(datetime) for _ in range(5)]
            back = croniter(question["schedule"], (through + timedelta(seconds=1)).astimezone(zone), max_years_between_matches=12)
            latest = back.get_prev(datetime)
        except Exception as error:  # its errors have no common type
            if "error" in ours:
                checked["refused by both"] += 1
            else:
                classes[f"croniter: refuses ({type(error).__name__})"] += 1
            continue
        theirs = {"next": [text(t) for t in following], "latest": text(latest) if latest > after else None}
        if ours == theirs:
            continue
        ends = [after, *following, through, latest] + [datetime.fromisoformat(t) for t in ours.get("next", [])]
        crossed = any(min(ends) - DAY <= change <= max(ends) + DAY for change in changes[question["timeZone"]])
        if any(len(set(sides)) == 1 for part in re.split("[ ,]", numbers(question["schedule"]))
               for sides in [part.partition("/")[0].split("-")] if len(sides) == 2):
            classes["croniter: `5-5` is every value"] += 1
        elif any("*/1" in f.split(",") for f in (days, weekdays)) and "*" not in (days, weekdays):
            classes["croniter: `*/1` in a day field restricts it"] += 1
        elif any("*" not in field.split(",") and is_whole(field, *ends) for field, ends in [(days, (1, 31)), (weekdays, (0, 6))]):
            classes["croniter: a day field that lists every value is `*`"] += 1
        elif crossed:
            classes["croniter: a changed clock"] += 1
        else:
            fail("croniter", question, ours, theirs)


def compare_changes(watchbill, changes, rounds):
    moving = sorted(name for name in changes if changes[name])
    cases = []
    for _ in range(rounds):
        name = random_of.choice(moving)
        change = random_of.choice(changes[name])
        hours = change.astimezone(zoneinfo.ZoneInfo(name)).hour
        near = lambda: str((hours + random_of.randint(-3, 1)) % 24)
        words = schedule((0.1, 0.2, 0.8, 0.95, 0.8)).split()
        if random_of.random() < 0.7:
            words[1] = random_of.choice([near(), f"{near()},{near()}", f"{near()}/1", "0-23", "*/2"])
        start = change - timedelta(seconds=random_of.randrange(60, 30 * 3_600))
        end = change + timedelta(seconds=random_of.randrange(-3_600, 30 * 3_600))
        end = max(end, start)
        question = {"schedule": " ".join(words), "timeZone": name, "after": text(start), "count": 4_000, "through": text(end)}
        cases.append((question, start, end))
    for (question, start, end), ours in zip(cases, ask([watchbill, "eval", "cron"], [c[0] for c in cases])):
        checked["search around changes"] += 1
        if "error" in ours:
            checked["refused"] += 1
            if "never occurs" not in ours["error"]:
                fail("search", question, ours, {})
            continue
        expected = [text(t) for t in searched(question, start, end)]
        checked["occurrences around changes"] += len(expected)
        given = {"next": [t for t in ours["next"] if t <= text(end)], "latest": ours["latest"]}
        theirs = {"next": expected, "latest": expected[-1] if expected else None}
        if given != theirs:
            fail("search", question, given, theirs)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: cron.py WATCHBILL ROBFIG [SEED]")
    watchbill, robfig = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) == 4 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    random_of.seed(seed)
    changes = compare_zones(watchbill)
    compare_robfig(watchbill, robfig, 6_000)
    compare_croniter(watchbill, changes, 3_000)
    compare_changes(watchbill, changes, 1_500)
    for name, count in sorted(checked.items()):
        print(f"{count:7} {name}")
    for name, count in sorted(classes.items()):
        print(f"{count:7} meant: {name}")
    print(f"{sum(failures.values())} differ")
    sys.exit(1 if failures else 0)


main()
