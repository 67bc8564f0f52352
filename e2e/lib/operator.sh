# shellcheck shell=bash
# Runs the operator as a program outside the cluster, under the rights that its manifests give and no others.
# Needs what `STATE/env` sets. OPERATOR_LOG, OPERATOR_PID and OPERATOR_CONFIG belong to the one that was started last.

PROGRAM=${PROGRAM:-$REPOSITORY/.build/release/watchbill}
OPERATOR_NAMESPACE=watchbill-system
METRICS=127.0.0.1:${METRICS_PORT:-18080}
HEALTH=127.0.0.1:${HEALTH_PORT:-18081}

# install_definitions: the kinds and the operator's namespace; for the sandbox, whose one user may do all.
install_definitions() {
  kubectl create namespace "$OPERATOR_NAMESPACE" >/dev/null
  kubectl apply --server-side -f "$REPOSITORY/crds" >/dev/null
  kubectl wait --for=condition=Established --timeout=30s -f "$REPOSITORY/crds" >/dev/null
}

# install: definitions, rights, and the operator's image, from the repository's own files.
install_watchbill() {
  # An earlier scenario may have let go of it a moment ago: nothing can be made in what is on its way out.
  if [ "$(kubectl get namespace "$OPERATOR_NAMESPACE" --ignore-not-found -o 'jsonpath={.status.phase}')" = Terminating ]; then
    kubectl wait --for=delete --timeout=120s "namespace/$OPERATOR_NAMESPACE" >/dev/null
  fi
  kubectl get namespace "$OPERATOR_NAMESPACE" >/dev/null 2>&1 || kubectl create namespace "$OPERATOR_NAMESPACE" >/dev/null
  kubectl apply --server-side --force-conflicts -f "$REPOSITORY/crds" -f "$REPOSITORY/manifests/rbac.yaml" >/dev/null
  kubectl wait --for=condition=Established --timeout=30s -f "$REPOSITORY/crds" >/dev/null
  # Here the operator is a user, not a service account: bind that user to the same roles.
  local role
  for role in $(kubectl get clusterroles -l app.kubernetes.io/part-of=watchbill,watchbill.dev/operator=true -o name); do
    kubectl create clusterrolebinding "rig-${role##*/}" --clusterrole="${role##*/}" --user=watchbill-operator \
      --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  done
  for role in $(kubectl -n "$OPERATOR_NAMESPACE" get roles -l app.kubernetes.io/part-of=watchbill -o name); do
    kubectl -n "$OPERATOR_NAMESPACE" create rolebinding "rig-${role##*/}" --role="${role##*/}" --user=watchbill-operator \
      --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  done
}

# configure [KEY=VALUE…]: writes the operator's configuration; imagesPerJob, maximumJobs, scanner, memory, database (a tag
# in place of the digest) and registry (another one that has no TLS: HOST=ENDPOINT; as often as needed) can be given.
configure() {
  local images_per_job=20 maximum_jobs=10 scanner memory=1Gi database another='' word
  scanner=$(image trivy)
  database=@$(digest trivy-db)
  for word in "$@"; do
    case $word in
      imagesPerJob=*) images_per_job=${word#*=} ;;
      maximumJobs=*) maximum_jobs=${word#*=} ;;
      scanner=*) scanner=${word#*=} ;;
      memory=*) memory=${word#*=} ;;
      database=*) database=:${word#*=} ;;
      registry=*=*)
        word=${word#*=}
        another+=$'\n'"  - {host: \"${word%%=*}\", endpoint: \"${word#*=}\", plainHTTP: true}" ;;
      *) fail "configure knows no '$word'" ;;
    esac
  done
  OPERATOR_CONFIG=$STATE/operator.yaml
  cat >"$OPERATOR_CONFIG" <<YAML
clusterName: rig
scanner:
  image: $scanner
  databaseRepository: $REGISTRY_IN_POD/trivy-db$database
registries:
  - host: $REGISTRY
    endpoint: $REGISTRY_IN_POD
    plainHTTP: true$another
limits:
  imagesPerJob: $images_per_job
  maximumJobs: $maximum_jobs
scanPod:
  requests: {cpu: 50m, memory: 64Mi}
  limits: {memory: $memory}
YAML
}

# start_operator: returns when it is ready.
start_operator() {
  OPERATOR_LOG=${OPERATOR_LOG:-$STATE/log/operator.log}
  WATCHBILL_IMAGE=$REGISTRY/watchbill@$(digest watchbill) "$PROGRAM" operator --kubeconfig "$OPERATOR_KUBECONFIG" --namespace "$OPERATOR_NAMESPACE" \
    --config "$OPERATOR_CONFIG" --metrics "$METRICS" --health "$HEALTH" --log-format json >>"$OPERATOR_LOG" 2>&1 &
  OPERATOR_PID=$!
  local limit=$((SECONDS + 45))
  until curl -fsS -o /dev/null "http://$HEALTH/readyz" 2>/dev/null; do
    kill -0 "$OPERATOR_PID" 2>/dev/null || { tail -n 5 "$OPERATOR_LOG" >&2; fail "the operator ended by itself"; }
    ((SECONDS < limit)) || { tail -n 5 "$OPERATOR_LOG" >&2; fail "the operator is not ready after 45 s"; }
    sleep 0.05
  done
}

# stop_operator: SIGTERM, and what it must do then: exit 0 within 30 s.
stop_operator() {
  [ -n "${OPERATOR_PID:-}" ] || return 0
  kill -TERM "$OPERATOR_PID" 2>/dev/null || true
  local status=0
  wait "$OPERATOR_PID" || status=$?
  OPERATOR_PID=''
  return "$status"
}

# kill_operator: as a crash does it.
kill_operator() {
  kill -KILL "$OPERATOR_PID"
  wait "$OPERATOR_PID" 2>/dev/null || true
  OPERATOR_PID=''
}

# remove_everything NAMESPACE…: the objects of earlier runs, so that counts start at zero.
remove_everything() {
  kubectl delete scanpolicies,scanreports,imagewatches,channels --all --all-namespaces --wait=false >/dev/null 2>&1 || true
  # A killed operator's Lease would let the next one wait.
  kubectl -n "$OPERATOR_NAMESPACE" delete leases --all >/dev/null 2>&1 || true
  kubectl -n "$OPERATOR_NAMESPACE" delete jobs,configmaps -l app.kubernetes.io/managed-by=watchbill --wait=true >/dev/null 2>&1 || true
  [ $# = 0 ] || kubectl delete namespace "$@" --ignore-not-found --wait=true >/dev/null
}
