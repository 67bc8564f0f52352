#!/usr/bin/env python3
"""Judges a metrics page by Prometheus' own tools.

    metrics_page.py lint URL                 promtool check metrics; the documented exceptions are the only complaints
    metrics_page.py compare URL --registry R --database D --cache DIR
                                             trivy_* of every container against what `trivy image` says of its image

`lint` also parses the page with prometheus_client and looks for series that are there twice. Exit 0 when all is right.
"""
import argparse
import collections
import json
import subprocess
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

EXCEPTIONS = {"trivy_vulnerabilities_total", "trivy_secrets_total", "trivy_misconfigurations_total",
              "diun_images_monitored_total", "diun_images_outdated_total"}
SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"]


def page(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def samples(text):
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def lint(url):
    text = page(url)
    result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    complaints = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
    wrong = [line for line in complaints
             if not (line.split(" ")[0] in EXCEPTIONS and "should not have" in line and "_total" in line)]
    # 3 means complaints about style; 1 that the page cannot be read.
    if result.returncode not in (0, 3):
        wrong.append(f"promtool exits {result.returncode}")
    seen = collections.Counter((sample.name, tuple(sorted(sample.labels.items()))) for sample in samples(text))
    wrong += [f"twice: {series}" for series, count in seen.items() if count > 1]
    print(f"{url}: {len(seen)} series, {len(complaints) - len(wrong)} documented exceptions, {len(wrong)} complaints")
    for line in wrong:
        print("    " + line)
    return not wrong


def trivy(image, arguments):
    command = ["trivy", "--cache-dir", arguments.cache, "image", "--quiet", "--format", "json", "--scanners", "vuln,secret",
               "--skip-java-db-update", "--offline-scan", "--skip-check-update", "--skip-version-check",
               "--disable-telemetry", "--skip-vex-repo-update", "--db-repository", arguments.database, image]
    document = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    found, secrets = set(), set()
    for result in document.get("Results") or []:
        for item in result.get("Vulnerabilities") or []:
            found.add((item["VulnerabilityID"], item["PkgName"], item.get("InstalledVersion", ""), item["Severity"]))
        for item in result.get("Secrets") or []:
            secrets.add((item["RuleID"], result["Target"], item["StartLine"]))
    severities = collections.Counter(item[3] for item in found)
    return {name: severities[name] for name in SEVERITIES}, dict(collections.Counter(item[0] for item in secrets))


def compare(url, arguments):
    places = collections.defaultdict(lambda: ({}, {}))
    for sample in samples(page(url)):
        place = tuple(sample.labels.get(name, "") for name in
                      ["workload_namespace", "workload_kind", "workload", "container", "image"])
        if sample.name == "trivy_vulnerabilities_total":
            places[place][0][sample.labels["severity"]] = int(sample.value)
        if sample.name == "trivy_secrets_total":
            places[place][1][sample.labels["secret_type"]] = int(sample.value)
    answers, wrong = {}, 0
    for place in sorted(places):
        image = place[-1]
        if image not in answers:
            answers[image] = trivy(image, arguments)
        same = places[place] == answers[image]
        wrong += not same
        print(f"{'same   ' if same else 'DIFFERS'} {' '.join(place)} {places[place]}")
        if not same:
            print(f"        trivy says {answers[image]}")
    print(f"{len(places)} containers compared with trivy, {wrong} differ")
    return len(places) >= arguments.expect and not wrong


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("verb", choices=["lint", "compare"])
    parser.add_argument("url")
    parser.add_argument("--registry")
    parser.add_argument("--database")
    parser.add_argument("--cache")
    parser.add_argument("--expect", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(0 if (lint(arguments.url) if arguments.verb == "lint" else compare(arguments.url, arguments)) else 1)


main()
