#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `watchbill eval tags` with programs of others, on random ranges, versions, patterns and tags.

usage: tags.py WATCHBILL MASTERMINDS [SEED]

Masterminds/semver 3.2.0 (what Flux and Argo CD use) judges ranges; PyPI's semver the grammar and order of whole versions, packaging
the order of dates with dots, google-re2 (a later RE2 than the one that is linked) patterns and what they extract, Python's
integers and fractions numbers. Where a difference is meant, its class is counted and printed. Exits 1 when anything else differs.
"""
import collections
import fractions
import json
import random
import re
import subprocess
import sys

import packaging.version
import re2
import semver

random_of = random.Random()
failures = collections.Counter()
classes = collections.Counter()
checked = collections.Counter()
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")


def ask(command, questions):
    run = subprocess.run(command, input="".join(json.dumps(q) + "\n" for q in questions), capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) != len(questions):
        sys.exit(f"error: {len(answers)} answers to {len(questions)} questions, {command}; each line must have one")
    return answers


def fail(part, question, ours, theirs):
    failures[part] += 1
    if failures[part] <= 5:
        print(f"DIFFERS {part}: {json.dumps(question)[:600]}\n  watchbill {json.dumps(ours)[:400]}\n  {part} {json.dumps(theirs)[:400]}")


def number():
    return random_of.choice(["0", "0", "1", "1", "2", "3", "9", "10", "11"])


def release():
    return ".".join(number() for _ in range(3))


def stage():
    return random_of.choice(["0", "1", "alpha", "alpha.1", "beta.2", "beta.11", "rc", "rc.1", "rc.2", "rc1", "dev-3"])


def version(stages=0.3):
    return release() + (f"-{stage()}" if random_of.random() < stages else "")


# Ranges


def comparator():
    kind = random_of.random()
    if kind < 0.1:
        return "*" if random_of.random() < 0.3 else f"{number()}.{random_of.choice('xX*')}"
    parts = [number() for _ in range(random_of.choice([1, 2, 2, 3, 3, 3]))]
    text = ".".join(parts)
    if len(parts) == 3 and random_of.random() < 0.2:
        text += f"-{stage()}"
    if len(parts) < 3 and random_of.random() < 0.2:
        text += ".x"
    name = random_of.choice(["", "=", "!=", ">", "<", ">=", "<=", "=>", "=<", "~", "~>", "^", "^"])
    return name + random_of.choice(["", "", " "]) + random_of.choice(["", "", "v"]) + text


def group():
    return random_of.choice([" ", ", ", ","]).join(comparator() for _ in range(random_of.choice([1, 1, 2, 2, 3])))


def range_text():
    """Masterminds takes `1.2 - 1.4` apart wrongly beside other groups, so it stands alone."""
    if random_of.random() < 0.1:
        return f"{random_of.choice(['', 'v'])}{number()}.{number()} - {random_of.choice([release(), number() + '.' + number(), version(1)])}"
    return random_of.choice([" || ", "||"]).join(group() for _ in range(random_of.choice([1, 1, 1, 2])))


JUNK = ["", " ", "1.0.0p", "1x", "x1", "-1", "a", "latest", "1.2.3.4", ">=", "1 ||", "|| 1", "1 | 2", "1,,2", "1,", ">>1", "><1", "=!1", "1.2.3-",
        "1..2", ".1", "1.", "^", "~ ", "1 - ", " - 1", "1 -2", "v", "01.2.3", "1.02", "1.2.3-01", "1.2.3+build", "==1", "\u00e91", "1.x.3", "*.1"]


def meant(question, versions):
    """The class of a difference that is meant, by what the range and the versions that differ are."""
    if re.search(r"~>?\s*v?0\.0\.0", question["range"]):
        return "`~0.0.0` is everything"
    if all("-" in v for v in versions):
        if re.search(r"\d-[0-9A-Za-z]", question["range"]):
            return "pre-releases: one comparator of a group names them, or a bound keeps its own out"
        if "!=" in question["range"]:
            return "`!=1.2.3` lets every pre-release in"
    return None


def compare_ranges(watchbill, masterminds, rounds):
    questions, ranges = [], []
    for index in range(rounds):
        text = random_of.choice(JUNK) if index % 10 == 0 else range_text()
        versions = sorted({version() for _ in range(40)})
        questions.append({"type": "SemVer", "range": text, "tags": versions, "limit": 1000})
        ranges.append({"range": text, "versions": versions})
    for question, ours, theirs in zip(ranges, ask([watchbill, "eval", "tags"], questions), ask([masterminds], ranges)):
        checked["Masterminds, ranges"] += 1
        if "error" in ours and "error" in theirs:
            checked["refused by both"] += 1
        elif "error" in ours or "error" in theirs:
            if re.search(r"(^|[^\d.])0\d|\.0\d|\+|-0\d", question["range"]):
                classes["Masterminds: leading zeros, build metadata"] += 1
            elif "error" in ours and re.search(r"[xX*]\.\d", question["range"]):
                classes["Masterminds: `1.x.3` is `1.x`"] += 1
            else:
                classes_or_fail("Masterminds", question, ours, theirs)
        else:
            ranked, inside = set(ours["ranked"]), set(theirs["inside"])
            # Without anything that runs, suffixes are stages or flavours; neither is in a range that names none.
            differing = ranked ^ inside
            if not differing:
                checked["versions in ranges"] += len(question["versions"])
            elif meant(question, differing):
                classes[f"Masterminds: {meant(question, differing)}"] += 1
            else:
                fail("Masterminds", question, sorted(ranked - inside), sorted(inside - ranked))


def classes_or_fail(part, question, ours, theirs):
    text = question["range"]
    if "error" in ours and re.search(r",\s*$|,\s*,|^\s*$", text):
        classes[f"{part}: empty parts of a range"] += 1
    elif "error" in ours and re.search(r"==|-\d|><|\s-\s*$", text):
        classes[f"{part}: operators that nobody means"] += 1
    else:
        fail(part, question, ours, theirs)


# Order


def compare_semver(watchbill, rounds):
    questions = []
    for _ in range(rounds):
        tags = {version(0.7) for _ in range(30)} | {random_of.choice(JUNK + ["1.2.3-a..b", "1.2.3-a_b", "1.0.0-00", "1.0.0-0a", "1.0.0--"]) for _ in range(5)}
        tags |= {f"{random_of.randrange(10 ** 30)}.{random_of.randrange(10 ** 20)}.0" for _ in range(3)}
        # Short ones are ours alone; without three numbers there is nothing to compare with.
        tags = sorted(t for t in tags if not re.fullmatch(r"v?\d+(\.\d+)?(-.*)?", t))
        random_of.shuffle(tags)
        questions.append({"type": "SemVer", "range": "*-0", "tags": tags, "limit": 1000})
    for question, ours in zip(questions, ask([watchbill, "eval", "tags"], questions)):
        valid = [t for t in question["tags"] if TAG.match(t) and semver.Version.is_valid(t)]
        theirs = sorted(valid, key=semver.Version.parse, reverse=True)
        checked["semver, versions in order"] += len(valid)
        if ours.get("ranked") != theirs:
            fail("semver", question, ours, theirs)


def compare_calendar(watchbill, rounds):
    def date():
        year = random_of.choice(["2023", "2024", "24", "22", "2199", "1970"])
        rest = [random_of.choice(["1", "01", "4", "04", "10", "12", "31", "0", str(random_of.randrange(10 ** 22))])
                for _ in range(random_of.choice([1, 2, 2, 3]))]
        return year + "".join(random_of.choice(".-_") + part for part in rest)

    def key(tag):
        parts = re.split("[._-]", tag)
        parts[0] = parts[0].rjust(4, "x").replace("xx", "20")
        return packaging.version.Version(".".join(parts))
    questions = []
    for _ in range(rounds):
        tags, seen = [], set()
        for tag in (date() for _ in range(30)):
            if key(tag) not in seen:
                tags.append(tag)
                seen.add(key(tag))
        questions.append({"type": "CalVer", "tags": tags, "limit": 1000})
    for question, ours in zip(questions, ask([watchbill, "eval", "tags"], questions)):
        checked["packaging, dates in order"] += len(question["tags"])
        theirs = sorted(question["tags"], key=key, reverse=True)
        if ours.get("ranked") != theirs:
            fail("packaging", question, ours, theirs)


def compare_numbers(watchbill, rounds):
    questions = []
    for _ in range(rounds):
        tags = {}
        for _ in range(30):
            text = str(random_of.randrange(10 ** random_of.choice([1, 2, 18, 40])))
            if random_of.random() < 0.3:
                text = "0" * random_of.randrange(3) + text
            if random_of.random() < 0.3:
                text += "." + str(random_of.randrange(1000))
            tags.setdefault(fractions.Fraction(text), text)
        questions.append({"type": "Numerical", "tags": list(tags.values()) + ["1a", "x", "1.", "1.2.3"], "limit": 1000})
    for question, ours in zip(questions, ask([watchbill, "eval", "tags"], questions)):
        theirs = sorted(question["tags"][:-4], key=fractions.Fraction, reverse=True)
        checked["numbers in order"] += len(theirs)
        if ours.get("ranked") != theirs or ours["rejected"] != {"NotAVersion": 4}:
            fail("numbers", question, ours, theirs)


# Patterns


def pattern(depth=3):
    if depth == 0 or random_of.random() < 0.3:
        return random_of.choice([".", r"\d", r"\w", r"\.", "a", "b", "1", "2", "-", "v", "rc", "[a-c]", "[^0-9]", "[0-9]+", r"\b", "^", "$", r"\pL", "[[:alpha:]]", "é"])
    kind = random_of.random()
    inner = pattern(depth - 1)
    if kind < 0.3:
        return inner + pattern(depth - 1)
    if kind < 0.45:
        return f"({inner})"
    if kind < 0.5:
        return f"(?P<version>{inner})"
    if kind < 0.6:
        return f"(?:{inner}|{pattern(depth - 1)})"
    if kind < 0.65:
        return f"(?i:{inner})"
    return f"(?:{inner})" + random_of.choice(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?"])


BROKEN = ["(", ")", "[", "a**", "(?=a)", r"(a)\1", "a{1001}", "(?P<version>a)(?P<version>b)", r"\q", "(?<n>a)", "x{2,1}", "[b-a]", "[[:x:]]", r"\C", "(?z)a", "a\u0000b", "\\"]


def compiled(text):
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error:
        return None


def compare_patterns(watchbill, rounds):
    alphabet = "aabbcv1122.-_RC"
    questions = []
    for index in range(rounds):
        tags = sorted({"".join(random_of.choice(alphabet) for _ in range(random_of.randrange(1, 12))) for _ in range(30)})
        text = random_of.choice(BROKEN) if index % 20 == 0 else pattern()
        key = random_of.choice(["include", "exclude", "extract"])
        questions.append({"type": "Alphabetical", key: text if key == "extract" else [text], "tags": tags, "limit": 1000})
    for question, ours in zip(questions, ask([watchbill, "eval", "tags"], questions)):
        key = next(k for k in ("include", "exclude", "extract") if k in question)
        text = question[key] if key == "extract" else question[key][0]
        expression = compiled(text)
        checked[f"google-re2, {key}"] += 1
        if expression is None or "error" in ours:
            if expression is None and "error" in ours:
                checked["refused by both"] += 1
            elif expression is not None and text.startswith("(?<"):
                classes["google-re2: `(?<name>…)`, which later versions know"] += 1
            else:
                fail("google-re2", question, ours, "accepted" if expression else "refused")
            continue
        tags = [t for t in question["tags"] if TAG.match(t)]
        if key == "extract":
            values = {}
            for tag in tags:
                found = expression.search(tag)
                group = "version" if "version" in expression.groupindex else min(expression.groups, 1)
                if found and found.group(group):
                    values[tag] = found.group(group)
            theirs = sorted(values, key=lambda t: (values[t].encode(), t.encode()), reverse=True)
        else:
            theirs = sorted((t for t in tags if bool(expression.search(t)) == (key == "include")), reverse=True)
        checked["google-re2, tags"] += len(tags)
        if ours["ranked"] != theirs:
            fail("google-re2", question, ours["ranked"], theirs)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: tags.py WATCHBILL MASTERMINDS [SEED]")
    watchbill, masterminds = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) == 4 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    random_of.seed(seed)
    compare_ranges(watchbill, masterminds, 6_000)
    compare_semver(watchbill, 600)
    compare_calendar(watchbill, 600)
    compare_numbers(watchbill, 300)
    compare_patterns(watchbill, 4_000)
    for name, count in sorted(checked.items()):
        print(f"{count:7} {name}")
    for name, count in sorted(classes.items()):
        print(f"{count:7} meant: {name}")
    print(f"{sum(failures.values())} differ")
    sys.exit(1 if failures else 0)


main()
