#!/usr/bin/env python3
"""Calls the program in every wrong way that the golden file has, and prints the golden file as it would be now.

    wrong_uses.py PROGRAM                 exit 1, and the difference, where it is another than the one that is there
    wrong_uses.py PROGRAM --write         puts it in its place
"""
import difflib
import pathlib
import subprocess
import sys

tests = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "WatchbillTests"
golden = tests / "wrong-uses.txt"
resources = str(tests / "Resources")
program, is_written = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:] == ["--write"]

before = golden.read_text()
uses = [line.removeprefix("$ watchbill ") for line in before.splitlines() if line.startswith("$ watchbill ")]
parts = []
for use in uses:
    # Neither a cluster nor trivy is to be found.
    end = subprocess.run(
        [program] + [word.replace("RES", resources) for word in use.split(" ")],
        env={"PATH": "/nonexistent", "HOME": "/nonexistent"}, capture_output=True, text=True, timeout=60)
    parts.append(f"$ watchbill {use}\n{(end.stdout + end.stderr).replace(resources, 'RES')}exit {end.returncode}\n")
now = "\n".join(parts)
if is_written:
    golden.write_text(now)
elif now != before:
    sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), now.splitlines(True), "golden", "now"))
    sys.exit(1)
print(f"{len(uses)} wrong uses, {'written' if is_written else 'all answered as in the golden file'}")
