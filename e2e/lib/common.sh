# shellcheck shell=bash
# Sourced by every script of the rig: where things lie, and how they speak.

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/watchbill
BIN=$CACHE/bin
LOGS=$CACHE/log
PEERS=$CACHE/peers
E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
REPOSITORY=$(cd "$E2E/.." && pwd)
# shellcheck disable=SC2034  # read by the scripts that source this file
DEFAULT_STATE=$CACHE/cluster
mkdir -p "$BIN" "$LOGS"
# Debian puts the CNI plugins, iptables and containerd's helpers outside a plain user's PATH.
export PATH=$BIN:$PATH:/usr/local/sbin:/usr/sbin:/sbin

ME=$(basename "$0")

# One line of progress, with the seconds since the script began.
say() { printf '%s: [%3ds] %s\n' "$ME" "$SECONDS" "$*"; }

# die WHAT WHERE REMEDY
die() { printf 'error: %s, %s; %s\n' "$1" "$2" "$3" >&2; exit 1; }

# quietly LOG COMMAND…: the raw output goes to a file; a failure shows its tail.
quietly() {
  local log=$1; shift
  if ! "$@" >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "'$*' failed" "$log" "read the log, mend the cause and run $ME again"
  fi
}
