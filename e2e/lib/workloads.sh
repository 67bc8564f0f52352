# shellcheck shell=bash
# The workloads of the demonstration: Deployments of the test images in two namespaces, one digest in both.

# deployment NAMESPACE NAME IMAGE
deployment() {
  cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: $2, namespace: $1}
spec:
  replicas: 1
  selector: {matchLabels: {app: $2}}
  template:
    metadata: {labels: {app: $2}}
    spec:
      terminationGracePeriodSeconds: 0
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: app
          image: $3
          command: [/bin/busybox, sleep, "86400"]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
YAML
}

# policy NAMESPACE NAME [SPEC…]: scans everything that runs there; SPEC are further members, one a word: 'schedule: "* * * * *"'.
policy() {
  cat <<YAML
---
apiVersion: watchbill.dev/v1alpha1
kind: ScanPolicy
metadata: {name: $2, namespace: $1}
spec:
  workloads: {selector: {}}
  scanners: [Vulnerability, Secret]
YAML
  local member
  for member in "${@:3}"; do echo "  $member"; done
}

# shop_and_bank: `vulnerable` runs in both namespaces, under one digest.
shop_and_bank() {
  local namespace
  for namespace in shop bank; do
    kubectl create namespace "$namespace" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
    # In the sandbox none appears by itself.
    [ "${CLUSTER:-}" != sandbox ] || kubectl --namespace "$namespace" create serviceaccount default >/dev/null
    eventually 30 kubectl --namespace "$namespace" get serviceaccount default
  done
  {
    deployment shop web "$(image vulnerable)"
    deployment shop cache "$(image clean)"
    deployment bank ledger "$(image vulnerable)"
    deployment bank vault "$(image leaky)"
    deployment bank teller "$(image multi)"
    policy shop nightly
    policy bank nightly
  } | kubectl apply --server-side -f - >/dev/null
}

# reports_are N: N ScanReports exist and no scan Job is left.
reports_are() {
  [ "$(kubectl get scanreports -A -o name | wc -l)" = "$1" ] &&
    [ -z "$(kubectl get jobs -A -l app.kubernetes.io/managed-by=watchbill -o name)" ]
}

# compare_reports N [--namespace NAME]
compare_reports() {
  "$E2E/lib/compare_reports.py" --registry "$REGISTRY" --database "$REGISTRY/trivy-db@$(digest trivy-db)" \
    --cache "$STATE/trivy" --expect "$@"
}
