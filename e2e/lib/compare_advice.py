#!/usr/bin/env python3
"""Holds the advice of an ImageWatch against two runs of Trivy.

    compare_advice.py --database REPOSITORY@DIGEST --cache DIR [--platform OS/ARCH] [--told USER] IMAGE TAG NEWER < imagewatch.json

IMAGE is without its tag, as the status names it. With --told, the notice in the outbox says the same of what USER runs. Exit 0
when they agree.
"""
import argparse
import json
import sys

sys.dont_write_bytecode = True
from compare_reports import expected, trivy  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--database", required=True)
parser.add_argument("--cache", required=True)
parser.add_argument("--platform", default="linux/amd64")
parser.add_argument("--told")
parser.add_argument("words", nargs=3)
arguments = parser.parse_args()
name, old, new = arguments.words


def counts(found):
    return {severity: sum(1 for value in found if value == severity) for severity in ("critical", "high", "medium", "low", "unknown")}


def words(found):
    return ", ".join(f"{found[severity]} {severity}" for severity in found if found[severity]) or "0"


before, after = ({finding[:2]: finding[-1] for finding in expected(trivy(f"{name}:{tag}", arguments.platform, arguments))[0]}
                 for tag in (old, new))
status = json.load(sys.stdin)["status"]
image = next(each for each in status["images"] if each["image"] == f"{name}:{old}")
advice = image["advice"]
truth = {"fixes": counts([before[key] for key in before.keys() - after.keys()]),
         "adds": counts([after[key] for key in after.keys() - before.keys()])}
print(f"trivy differs in  {truth}\nthe advice        {advice}")
assert sum(truth["fixes"].values()) and sum(truth["adds"].values()), "nothing to tell apart"
assert {member: advice[member] for member in truth} == truth
assert image["outdated"] and image["latest"]["digest"] == advice["digest"]
if arguments.told:
    sentence = f"{name}:{old} → {new}: fixes {words(truth['fixes'])}, adds {words(truth['adds'])} ({arguments.told})"
    told = [subject for notice in status["outbox"] for subject in notice["subjects"]]
    print(f"told              {told}")
    assert told == [sentence], sentence
