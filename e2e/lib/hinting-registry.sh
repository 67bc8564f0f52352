# shellcheck shell=bash disable=SC2154
# A registry that tells when something is pushed. Needs what STATE/env sets, and lib/scenario.sh.

# hinting_registry URL SECRET: starts it, to tell that address; HINTING is its host, HINTING_PID what to stop,
# HINTING_ACCESS_LOG the witness. HINTING_PORT where the usual port, 101 above the registry's, is taken.
hinting_registry() {
  local port=${HINTING_PORT:-$((${REGISTRY#*:} + 101))} folder=$STATE/hinting-registry
  HINTING=localhost:$port HINTING_ACCESS_LOG=$STATE/log/hinting-registry-access.log
  mkdir -p "$folder"
  (umask 077 && cat >"$folder/registry.yml") <<TEXT
version: 0.1
log: {level: warn, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: '$folder/storage'}, delete: {enabled: true}}
http: {addr: '127.0.0.1:$port', secret: rig}
notifications:
  endpoints:
    - name: watchbill
      url: $1
      headers: {Authorization: [Bearer $2]}
      timeout: 2s
      threshold: 3
      backoff: 1s
TEXT
  docker-registry serve "$folder/registry.yml" >>"$HINTING_ACCESS_LOG" 2>>"$STATE/log/hinting-registry.log" &
  HINTING_PID=$!
  eventually 20 curl -fsS -o /dev/null "http://$HINTING/v2/"
  kill -0 "$HINTING_PID" 2>/dev/null || fail "no registry of ours at $HINTING; $STATE/log/hinting-registry.log says why"
}
