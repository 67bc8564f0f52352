# shellcheck shell=bash disable=SC2154
# What ImageWatches say, and what registries were asked. Needs lib/scenario.sh and a namespace in WATCHED.

# push NAME:TAG TEXT: an image of that content; prints its digest.
push() { "$E2E/lib/another_image.py" "$REGISTRY" clean:1 "$1" "$2"; }

# watch_says FIELD: of the watch `all`.   image_says IMAGE FIELD: of one of its images.
watch_says() { kubectl -n "$WATCHED" get imagewatch all -o "jsonpath={.status.$1}"; }
image_says() { watch_says "images[?(@.image==\"$1\")].$2"; }
image_is() { [ "$(image_says "$1" "$2")" = "$3" ]; }

# check_now: what was asked before now is asked again.
check_now() {
  kubectl -n "$WATCHED" annotate --overwrite imagewatch all "reconcile.fluxcd.io/requestedAt=$(date -u +%FT%T.%6NZ)" >/dev/null
}

# asked LOG LINES: what the operator asked for since the log had so many lines: method and path.
asked() { tail -n "+$(($2 + 1))" "$1" | sed -nE '/"watchbill"$/s/.*"(GET|HEAD|POST) ([^ ]+) HTTP.*/\1 \2/p'; }
lines() { wc -l <"$1"; }

# writes_since T: the operator's, Leases aside.
writes_since() { "$E2E/witness" writes --state "$STATE" --user operator --since "$1" | sed -nE 's/^total ([0-9]+).*/\1/p'; }
