# shellcheck shell=bash
# What ScanPolicies say of themselves, and what is remembered of failures. Needs lib/scenario.sh.

# status NAMESPACE POLICY PATH: status NAMESPACE NAME images.scanned
status() { kubectl -n "$1" get scanpolicy "$2" -o "jsonpath={.status.$3}"; }
status_is() { [ "$(status "$1" "$2" "$3")" = "$4" ]; }

# condition NAMESPACE POLICY TYPE FIELD
condition() { status "$1" "$2" "conditions[?(@.type==\"$3\")].$4"; }
condition_is() { [ "$(condition "$1" "$2" "$3" "$4")" = "$5" ]; }
# condition_says NAMESPACE POLICY TYPE PATTERN: status, reason and message in one line.
condition_says() { [[ "$(condition "$1" "$2" "$3" status) $(condition "$1" "$2" "$3" reason) $(condition "$1" "$2" "$3" message)" == $4 ]]; }

# failure_says NAMESPACE POLICY PATTERN: reason and attempts of the failures that the status lists.
failures() { kubectl -n "$1" get scanpolicy "$2" -o 'jsonpath={range .status.failures[*]}{.reason} {.attempts} {.message}{"\n"}{end}'; }
failure_says() { [[ "$(failures "$1" "$2")" == $3 ]]; }

reports_in() { kubectl -n "$1" get scanreports -o name | wc -l; }
reports_are_in() { [ "$(reports_in "$1")" = "$2" ]; }
scan_jobs() { kubectl -n "$1" get jobs -l app.kubernetes.io/managed-by=watchbill -o name; }
no_scan_jobs() { [ -z "$(scan_jobs "$1")" ]; }

# counted_attempts: tries that count, of all images, as the operator's memory has them.
counted_attempts() {
  kubectl -n "$OPERATOR_NAMESPACE" get configmap watchbill-attempts --ignore-not-found -o json |
    python3 -c '
import json, sys
text = sys.stdin.read()
entries = json.loads(json.loads(text)["data"]["attempts.json"]) if text else {}
print(sum(entry.get("attempts", 0) for entry in (entries.values() if isinstance(entries, dict) else entries)))'
}

# tenant_namespace NAME: with its service account, so that Pods are admitted.
tenant_namespace() {
  kubectl create namespace "$1" >/dev/null
  eventually 30 kubectl -n "$1" get serviceaccount default
}
