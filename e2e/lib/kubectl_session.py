"""How the steps of e2e/kubectl-session run, and how two answers are compared."""
import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from kubectl_steps import FILES, GONE, OWN, STEPS

LIB = pathlib.Path(__file__).parent
E2E = LIB.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))) / "watchbill"

NORMAL = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]+ [+-]\d{4}", "TIME"),
    (r"(Resource Version: +)\d+", r"\1N"),
    (r"(resourceVersion\"?: )\"?\d+\"?", r"\1N"),
    (r"\b\d+(d\d+h|h\d+m|m\d+s|[smhd])\b", "AGE"),
    (r"<invalid>", "AGE"),
    (r"/tmp/\S+", "FILE"),
    (r"127\.0\.0\.1:\d+|localhost:\d{4,5}(?=[^/\d])", "SERVER"),
    (r"https://\S+?/", "https://SERVER/"),
]


def normal(text):
    for pattern, replacement in NORMAL:
        text = re.sub(pattern, replacement, text)
    # Columns are as wide as their widest cell.
    return [re.sub(r"\s{2,}", "  ", line.rstrip()) for line in text.splitlines() if line.strip()]


class Target:
    def __init__(self, name, kubectl, kubeconfig, work):
        self.name, self.work = name, pathlib.Path(tempfile.mkdtemp(dir=work))
        binaries = self.work / "bin"
        binaries.mkdir()
        (binaries / "kubectl").symlink_to(kubectl)
        self.env = dict(os.environ, KUBECONFIG=str(kubeconfig), WORK=str(self.work), HOME=str(self.work), TERM="dumb",
                        PATH=f"{binaries}:{os.environ['PATH']}", LC_ALL="C", KUBECTL_KUBERC="false")
        for name, text in FILES.items():
            (self.work / name).write_text(text)

    def run(self, command):
        text = command.replace("{own}", OWN).replace("{gone}", GONE)
        for name in FILES:
            text = text.replace("{" + name + "}", str(self.work / name))
        if "{{" in text:
            text = text.replace("{{", "{").replace("}}", "}")
        begin = time.monotonic()
        try:
            done = subprocess.run(["bash", "-c", text], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=90)
            code, output = done.returncode, done.stdout.replace(str(self.work), "WORK")
        except subprocess.TimeoutExpired as expired:
            code, output = 124, (expired.stdout or b"").decode() + "\n(no end after 90 s)"
        return code, output, time.monotonic() - begin


def differences():
    """The allowed ones: `kubectl version | step | reason`, `*` for every version."""
    table = {}
    for line in (LIB / "kubectl-differences.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            version, step, reason = [part.strip() for part in line.split("|", 2)]
            table[version, step] = reason
    return table


def start_sandbox(program, state, port):
    log = open(state.parent / "sandbox.log", "w")
    # Without the node and its controllers: what they write would come at other moments than the rig's.
    process = subprocess.Popen([program, "sandbox", "--no-node", "--listen", f"127.0.0.1:{port}", "--state", str(state)],
                               stdout=subprocess.PIPE, stderr=log, text=True)
    line = process.stdout.readline()
    if not line.startswith("export KUBECONFIG="):
        process.wait(5)
        sys.exit(f"error: the sandbox did not start, {log.name}; read it: {open(log.name).read()[:500]}")
    return process, pathlib.Path(shlex.split(line)[1].split("=", 1)[1])


def stop(sandbox):
    sandbox.send_signal(signal.SIGTERM)
    try:
        code = sandbox.wait(20)
    except subprocess.TimeoutExpired:
        sandbox.kill()
        code = "killed"
    if code != 0:
        print(f"the sandbox ended with {code}")


def kubectls():
    found = {"1.33": CACHE / "bin/kubectl", "1.37": CACHE / "bin/kubectl1.37"}
    for version, path in found.items():
        if not path.exists():
            sys.exit(f"error: kubectl {version} is missing, {path}; run make setup")
    return found


def main(usage):
    parser = argparse.ArgumentParser(usage=usage)
    parser.add_argument("--program", default=str(CACHE / "swift/release/release/watchbill"))
    parser.add_argument("--only", default="")
    parser.add_argument("--port", type=int, default=27000)
    parser.add_argument("--keep")
    parser.add_argument("--self", action="store_true", dest="alone")
    parser.add_argument("--versions", default="1.33,1.37")
    parser.add_argument("--real", type=pathlib.Path)
    parser.add_argument("--sandbox", type=pathlib.Path)
    options = parser.parse_args()
    work = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="kubectl-session."))
    work.mkdir(parents=True, exist_ok=True)
    sandbox, kubeconfig, real, is_own = None, options.sandbox, options.real, False
    if not kubeconfig:
        sandbox, kubeconfig = start_sandbox(options.program, work / "state", options.port + 1)
    try:
        if not options.alone and not real:
            is_own = True
            up = subprocess.run([E2E / "cluster", "up", "--state", str(work / "cluster"), "--port", str(options.port + 100)],
                                stdout=subprocess.PIPE, text=True, check=True)
            real = pathlib.Path(up.stdout.strip().splitlines()[-1].split("=", 1)[1])
        return compare(options, work, kubeconfig, real)
    finally:
        if sandbox:
            stop(sandbox)
        if is_own:
            subprocess.run([E2E / "cluster", "down", "--fresh", "--state", str(work / "cluster")], stdout=subprocess.DEVNULL)
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)


def compare(options, work, sandbox, real):
    allowed, used, wrong = differences(), set(), 0
    counts = {"equal": 0, "listed": 0, "different": 0}
    report = open(work / "answers.txt", "w")
    for version, kubectl in kubectls().items():
        if version not in options.versions.split(","):
            continue
        here = Target("sandbox", kubectl, sandbox, work)
        there = Target("real", kubectl, real, work) if real else None
        for step, verb, command in STEPS:
            # A part of the session still needs its beginning.
            if options.only and options.only not in step and step not in ("create namespace", "delete namespace"):
                continue
            # Each has a folder and a server of its own, so both answer at the same time.
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                answers = [pool.submit(target.run, command) for target in (here, there) if target]
            mine = answers[0].result()
            print(f"--- {version} {step}: {command}\n[sandbox {mine[0]} {mine[2]:.1f}s]\n{mine[1]}", file=report, flush=True)
            if not there:
                print(f"{version}  {verb:<20} {step:<30} exit {mine[0]}")
                continue
            theirs = answers[1].result()
            print(f"[real {theirs[0]} {theirs[2]:.1f}s]\n{theirs[1]}", file=report, flush=True)
            if (mine[0], normal(mine[1])) == (theirs[0], normal(theirs[1])):
                counts["equal"] += 1
                print(f"{version}  {verb:<20} {step:<30} equal")
                continue
            key = next((k for k in ((version, step), ("*", step)) if k in allowed), None)
            # A listed step may be answered in other words; that one of them fails and the other not must be said.
            if key and (mine[0] == theirs[0] or "exit" in allowed[key]):
                used.add(key)
                counts["listed"] += 1
                print(f"{version}  {verb:<20} {step:<30} {allowed[key]}")
                continue
            counts["different"] += 1
            wrong = 1
            print(f"{version}  {verb:<20} {step:<30} DIFFERENT: exit {mine[0]} here, {theirs[0]} there")
            for line in list(difflib.unified_diff(normal(theirs[1]), normal(mine[1]), "real", "sandbox", lineterm="", n=0))[2:14]:
                print("      " + line[:180])
    if real and not options.only and options.versions == "1.33,1.37":
        for version, step in sorted(set(allowed) - used):
            wrong = 1
            print(f"      {version} {step}: listed as different, but equal; take it out of lib/kubectl-differences.txt")
    print(f"{counts['equal']} equal, {counts['listed']} with a reason, {counts['different']} different")
    return wrong
