#!/usr/bin/env bash
# What stood in the cluster when a scenario failed, for the one who reads its log:
# Needs what STATE/env sets, and OPERATOR_LINES: the lines that the operator's log had when the scenario began. Changes nothing.
set -uo pipefail
echo "-- policies: what is not settled"
kubectl get scanpolicies -A -o json | python3 -c '
import json, sys
for policy in json.load(sys.stdin)["items"]:
    status = policy.get("status", {})
    images = status.get("images", {})
    if images.get("matched") != images.get("scanned") or "deletionTimestamp" in policy["metadata"]:
        conditions = [(c["type"], c["status"], c.get("reason")) for c in status.get("conditions", [])]
        print(policy["metadata"]["namespace"], policy["metadata"]["name"], images, conditions, status.get("failures", []))'
echo "-- scan Jobs and the Pods of Watchbill"
kubectl get jobs,pods -A -l app.kubernetes.io/managed-by=watchbill -o wide --no-headers
echo "-- nodes"
kubectl get nodes --no-headers
echo "-- the operator, since the scenario began"
tail -n "+$((${OPERATOR_LINES:-0} + 1))" "$STATE/log/operator.log" | tail -n 25
