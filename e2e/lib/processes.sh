# shellcheck shell=bash
# Background processes of one state directory, each recorded in STATE/pids/NAME as "pid start-time". The start
# time tells a process of ours from a later one with the same number, so nothing else is ever stopped.

pid_of() { cut -d' ' -f1 "$STATE/pids/$1"; }

# Field 22 of stat; the second field may hold blanks, so count after its closing parenthesis.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

running() {
  [ -e "$STATE/pids/$1" ] || return 1
  local pid time
  read -r pid time <"$STATE/pids/$1"
  [ "$(start_time "$pid")" = "$time" ] && [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)" != Z ]
}

# start NAME COMMAND…: stdout and stderr to STATE/log/NAME.log.
start() {
  local name=$1; shift
  # A session of its own keeps a Ctrl-C meant for a script away; descriptors 6 and 7 are the locks of `up`.
  setsid "$@" >>"$STATE/log/$name.log" 2>&1 </dev/null 6>&- 7>&- &
  echo "$! $(start_time $!)" >"$STATE/pids/$name"
}

# stop NAME [SECONDS]: SIGTERM, and SIGKILL if it is still there after that time.
stop() {
  local name=$1 patience=${2:-3} pid tenth
  if running "$name"; then
    pid=$(pid_of "$name")
    kill -TERM "$pid"
    for ((tenth = 0; tenth < patience * 10; tenth++)); do running "$name" || break; sleep 0.1; done
    ! running "$name" || kill -KILL "$pid"
    while running "$name"; do sleep 0.05; done
  fi
  rm -f "$STATE/pids/$name"
}

# await SECONDS NAME COMMAND…: until the command succeeds; fails at once if process NAME has died.
await() {
  local limit=$((SECONDS + $1)) name=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    running "$name" || { tail -n 5 "$STATE/log/$name.log" >&2; die "$name died" "$STATE/log/$name.log" "read its log"; }
    ((SECONDS < limit)) || die "$name did not get ready in time" "$STATE/log/$name.log" "read its log; 'e2e/cluster down' and try again"
    sleep 0.1
  done
}
