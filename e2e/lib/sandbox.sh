# shellcheck shell=bash disable=SC2034,SC2154
# A registry and `watchbill sandbox` on loopback, without root: what the demonstration needs of a cluster. Needs lib/common.sh.
. "$E2E/lib/processes.sh"
. "$E2E/lib/control-plane.sh"

# start_registry STATE: on the port that the state had before, or the first free one.
start_registry() {
  STATE=$1
  mkdir -p "$STATE"/{log,pids}
  local program
  for program in docker-registry bwrap skopeo umoci kubectl trivy; do
    command -v "$program" >/dev/null || die "$program is not installed" "PATH and $BIN" "run e2e/setup"
  done
  # As the node starts containers: where it is barred, every scan would end as StartError.
  bwrap --unshare-user --disable-userns --ro-bind / / true ||
    die "bubblewrap cannot make a user namespace" "this machine" \
      "allow it (sysctl kernel.apparmor_restrict_unprivileged_userns=0 or kernel.unprivileged_userns_clone=1), or use CLUSTER=real"
  PORT=$( (cat "$STATE/port") 2>/dev/null || true)
  if ! running registry; then
    if [ -z "$PORT" ] || [ -n "$(ss -Hltn "sport = :$PORT")" ]; then
      for PORT in {32000..20000..1000} ''; do
        [ -n "$PORT" ] || die "no free port from 20000 to 32000" "this machine" "free one of 32000, 31000, …"
        [ -n "$(ss -Hltn "sport = :$PORT")" ] || break
      done
    fi
    echo "$PORT" >"$STATE/port"
    registry_config >"$STATE/registry.yml"
    # shellcheck disable=SC2016
    start registry sh -c 'exec docker-registry serve "$1" >>"$2"' sh "$STATE/registry.yml" "$STATE/log/registry-access.log"
  fi
  await 20 registry curl -fsS "http://localhost:$PORT/v2/"
  # The Pods of the sandbox share this machine's network.
  REGISTRY=localhost:$PORT REGISTRY_IN_POD=localhost:$PORT
}

# start_sandbox PROGRAM: an empty one; images that were pulled before stay. Sets KUBECONFIG.
start_sandbox() {
  stop sandbox 10
  local folder=$STATE/sandbox output=$STATE/log/sandbox.out
  mkdir -p "$folder"
  # The sandbox takes no folder that others may write in.
  chmod 700 "$folder"
  find "$folder" -mindepth 1 -maxdepth 1 ! -name images -exec chmod -R u+w {} + -exec rm -rf {} +
  : >"$output"
  # shellcheck disable=SC2016
  start sandbox sh -c 'exec "$1" sandbox --listen 127.0.0.1:0 --state "$2" >"$3"' sh "$1" "$folder" "$output"
  await 30 sandbox grep -q '^export KUBECONFIG=' "$output"
  # It is written for a shell, quoted where that is needed.
  eval "$(grep '^export KUBECONFIG=' "$output")"
  OPERATOR_KUBECONFIG=$KUBECONFIG
  export KUBECONFIG OPERATOR_KUBECONFIG
}

# watch_jobs: from now on kubectl writes every Job that comes to be to STATE/log/jobs; a witness that is not our program.
watch_jobs() {
  kubectl get jobs --all-namespaces --watch --output-watch-events \
    -o 'custom-columns=EVENT:.type,UID:.object.metadata.uid,UNITS:.object.metadata.annotations.watchbill\.dev/units' \
    --no-headers >"$STATE/log/jobs" 2>/dev/null &
  WATCH_PID=$!
}

# jobs_are_single: prints how many Jobs there were; fails when two were made for one digest.
jobs_are_single() {
  python3 - "$STATE/log/jobs" <<'PYTHON'
import collections, re, sys
jobs = {}
for line in open(sys.argv[1]):
    words = line.split(None, 2)
    if len(words) == 3 and words[0] == "ADDED":
        jobs[words[1]] = set(re.findall(r"sha256:[0-9a-f]{64}\"?,\"platform\":\"[^\"]*|sha256:[0-9a-f]{64}", words[2]))
units = collections.Counter(unit for found in jobs.values() for unit in found)
twice = sorted(unit for unit, count in units.items() if count > 1)
print(f"jobs {len(jobs)}, digests {len(units)}, duplicates {len(twice)}")
# No digest at all means that the annotation was not read: that proves nothing.
sys.exit(bool(twice) or not jobs or not units)
PYTHON
}
