# shellcheck shell=bash disable=SC2154
# A registry that asks for a name and a password. Needs what STATE/env sets, and lib/scenario.sh.

# private_registry USER PASSWORD: starts it; PRIVATE is its host for a Pod's spec, PRIVATE_IN_POD the same from inside a Pod,
# PRIVATE_PIDS what to stop, PRIVATE_ACCESS_LOG the witness. PRIVATE_PORT where the usual port, 100 above the registry's, is taken.
private_registry() {
  local port=${PRIVATE_PORT:-$((${REGISTRY#*:} + 100))} address folder=$STATE/private-registry
  PRIVATE=localhost:$port PRIVATE_IN_POD=${REGISTRY_IN_POD%:*}:$port PRIVATE_ACCESS_LOG=$STATE/log/private-registry-access.log
  PRIVATE_PIDS=()
  mkdir -p "$folder"
  python3 -W ignore -c 'import crypt, sys; print(sys.argv[1] + ":" + crypt.crypt(sys.argv[2], crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))' "$1" "$2" >"$folder/htpasswd"
  # Nodes reach it on loopback, Pods over the bridge: one storage, two listeners.
  for address in "127.0.0.1:$port" "$PRIVATE_IN_POD"; do
    cat >"$folder/${address%:*}.yml" <<TEXT
version: 0.1
log: {level: warn, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: '$folder/storage'}}
http: {addr: '$address', secret: rig}
auth: {htpasswd: {realm: rig, path: '$folder/htpasswd'}}
TEXT
    docker-registry serve "$folder/${address%:*}.yml" >>"$PRIVATE_ACCESS_LOG" 2>>"$STATE/log/private-registry.log" &
    PRIVATE_PIDS+=($!)
    eventually 20 curl -fsS -u "$1:$2" -o /dev/null "http://$address/v2/"
    # Somebody else's may have answered.
    kill -0 "${PRIVATE_PIDS[-1]}" 2>/dev/null || fail "no registry of ours at $address; $STATE/log/private-registry.log says why"
  done
}
