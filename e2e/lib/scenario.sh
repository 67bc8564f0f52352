# shellcheck shell=bash
# What scenarios share. A scenario sources it as . "$E2E/lib/scenario.sh" and is run by e2e/run.
set -euo pipefail

step() { printf '[%3ds] %s\n' "$SECONDS" "$*"; }
# fail WORD…: says so, and what stood in the cluster then, before a trap tidies it up.
fail() {
  printf 'failed: %s\n' "$*" >&2
  "$E2E/lib/aftermath.sh" >&2 || true
  exit 1
}

# namespace PREFIX: a new one of its own, NAMESPACE; it goes when the scenario ends.
namespace() {
  NAMESPACE=$1-$(date +%s)-$RANDOM
  kubectl create namespace "$NAMESPACE" >/dev/null
  trap 'kubectl delete namespace "$NAMESPACE" --wait=false >/dev/null' EXIT
  # No Pod is admitted before the controllers have made the account.
  eventually 30 kubectl --namespace "$NAMESPACE" get serviceaccount default
}

# within SECONDS COMMAND…: until it succeeds, which the product promises in that time; prints its last output when it does not.
within() {
  local limit=$((SECONDS + $1)) output; shift
  until output=$("$@" 2>&1); do
    ((SECONDS < limit)) || fail "not in time: $* -> $output"
    sleep 0.5
  done
}
# eventually SECONDS COMMAND…: where nothing is promised and SECONDS is what an idle machine may take. A busy one may take three
# times that, but no more than three minutes more; a kubelet that fails to kill a container tries again after one.
eventually() { within $(($1 + ($1 < 90 ? 2 * $1 : 180))) "${@:2}"; }

# found OPTION… PATTERN: a `grep -q` that reads to the end. Where grep ends at the first match, SIGPIPE may end the writer, and
# under pipefail a match counts as none.
found() { grep "$@" | cat >/dev/null; }
# nowhere TEXT COMMAND…: the command says nothing with TEXT in it; one that fails has shown nothing.
nowhere() {
  local output
  output=$("${@:2}") || fail "it exited with $?: ${*:2}"
  [[ $output != *"$1"* ]]
}

# image NAME: its reference for a Pod's spec.   digest NAME: its digest.
digest() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]]["digest"])' "$STATE/images.json" "$1"; }
image() { python3 -c 'import json, sys; print(sys.argv[3] + "/" + sys.argv[2] + ":" + json.load(open(sys.argv[1]))[sys.argv[2]]["tag"])' "$STATE/images.json" "$1" "$REGISTRY"; }
