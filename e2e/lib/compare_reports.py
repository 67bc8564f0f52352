#!/usr/bin/env python3
"""Compares every ScanReport with what Trivy itself says when this script runs it on the same image.

    compare_reports.py --registry HOST --database REPOSITORY@DIGEST --cache DIR [--expect N] [--namespace NAME]

Reads ScanReports from the cluster that KUBECONFIG names. Exit 0 when at least N reports exist and every one agrees:
counts by severity, ids with package and versions, secrets by rule and place. Prints a line a report.
"""
import argparse
import json
import subprocess
import sys

SEVERITIES = ["critical", "high", "medium", "low", "unknown"]


def trivy(reference, platform, arguments):
    command = ["trivy", "--cache-dir", arguments.cache, "image", "--quiet", "--format", "json", "--scanners", "vuln,secret",
               "--platform", platform, "--skip-java-db-update", "--offline-scan", "--skip-check-update", "--skip-version-check",
               "--disable-telemetry", "--skip-vex-repo-update", "--db-repository", arguments.database, reference]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def expected(document):
    findings, secrets = set(), set()
    for result in document.get("Results") or []:
        for item in result.get("Vulnerabilities") or []:
            findings.add((item["VulnerabilityID"], item["PkgName"], item.get("InstalledVersion", ""),
                          item.get("FixedVersion", ""), item["Severity"].lower()))
        for item in result.get("Secrets") or []:
            secrets.add((item["RuleID"], result["Target"].lstrip("/"), item["StartLine"]))
    summary = {severity: sum(1 for finding in findings if finding[4] == severity) for severity in SEVERITIES}
    return findings, secrets, summary | {"secrets": len(secrets)}


def observed(report):
    findings = {(item["id"], item["package"], item.get("installed", ""), item.get("fixed", ""), item["severity"].lower())
                for item in report.get("findings") or []}
    secrets = {(item["rule"], item["path"].lstrip("/"), item["line"]) for item in report.get("secrets") or []}
    summary = {name: report["summary"].get(name, 0) for name in SEVERITIES + ["secrets"]}
    return findings, secrets, summary


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--registry", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--expect", type=int, default=1)
    parser.add_argument("--namespace")
    arguments = parser.parse_args()
    where = ["-n", arguments.namespace] if arguments.namespace else ["-A"]
    listing = subprocess.run(["kubectl", "get", "scanreports", *where, "-o", "json"], check=True, capture_output=True).stdout
    reports = json.loads(listing)["items"]
    wrong = 0
    answers = {}
    for report in sorted(reports, key=lambda item: (item["metadata"]["namespace"], item["image"]["reference"])):
        image = report["image"]
        repository = image["reference"].split("@")[0]
        head, _, tail = repository.rpartition("/")
        repository = f"{head}/{tail.split(':')[0]}"
        key = (f"{repository}@{image['digest']}", image["platform"])
        if key not in answers:
            answers[key] = expected(trivy(*key, arguments))
        same = observed(report) == answers[key]
        wrong += not same
        counts = " ".join(f"{name}={value}" for name, value in answers[key][2].items() if value)
        print(f"{'same   ' if same else 'DIFFERS'} {report['metadata']['namespace']:<14} {image['reference']:<36} "
              f"{image['platform']:<12} {counts or 'nothing found'}")
        if not same:
            for name, ours, theirs in zip(("findings", "secrets", "summary"), observed(report), answers[key]):
                if ours != theirs:
                    print(f"    {name}: report {ours}\n    {name}: trivy  {theirs}")
    if len(reports) < arguments.expect:
        sys.exit(f"error: {len(reports)} reports, {arguments.expect} expected")
    print(f"{len(reports)} reports compared with trivy, {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
