# shellcheck shell=bash disable=SC2034,SC2154
# Installs the operator by its chart. Needs what STATE/env sets, lib/scenario.sh and lib/operator.sh; WORK is the scenario's own folder.
NS=$OPERATOR_NAMESPACE
ACCOUNT=system:serviceaccount:$NS:watchbill
CHART=$REPOSITORY/helm/watchbill

# clear_for_chart: what earlier scenarios installed without Helm is not Helm's to take.
clear_for_chart() {
  remove_everything shop bank
  kubectl delete -f "$REPOSITORY/manifests/rbac.yaml" --ignore-not-found >/dev/null 2>&1 || true
  kubectl delete crd -l app.kubernetes.io/part-of=watchbill --ignore-not-found >/dev/null
  kubectl delete clusterrolebindings rig-watchbill --ignore-not-found >/dev/null
  kubectl delete namespace "$NS" --ignore-not-found >/dev/null
  kubectl create namespace "$NS" >/dev/null
  eventually 30 kubectl -n "$NS" get serviceaccount default
}

# chart_values [KEY=VALUE…]: WORK/values.yaml, the rig's configuration (see `configure`) as values of the chart.
chart_values() {
  configure "$@"
  {
    echo "allowUnsupportedKubernetes: true"
    echo "image: {repository: $REGISTRY/watchbill, digest: $(digest watchbill)}"
    echo "config:"
    sed 's/^/  /' "$OPERATOR_CONFIG"
  } >"$WORK/values.yaml"
}

# install HELM [OPTION…], upgrade HELM [OPTION…]: HELM is helm3 or helm.
install() { "$1" install watchbill "$CHART" -n "$NS" -f "$WORK/values.yaml" --wait --timeout 240s "${@:2}"; }
upgrade() { "$1" upgrade watchbill "$CHART" -n "$NS" -f "$WORK/values.yaml" --wait --timeout 240s "${@:2}"; }

ready() { [ "$(kubectl -n "$NS" get deployment watchbill -o 'jsonpath={.status.readyReplicas}')" = "$1" ]; }
holder() { kubectl -n "$NS" get lease watchbill -o 'jsonpath={.spec.holderIdentity}'; }
leads() { [ -n "$(holder)" ]; }
# pod_of PID: the Pod that a process runs in, by its host name.
pod_of() { tr '\0' '\n' <"/proc/$1/environ" 2>/dev/null | sed -n 's/^HOSTNAME=//p'; }
operator_log() { kubectl -n "$NS" logs -l app.kubernetes.io/component=operator --tail=-1; }
