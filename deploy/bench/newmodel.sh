#!/usr/bin/env bash
# Measures how long after its machine says READY a new typed model is in /v1/models and in
# /openapi.json. Each has to be within 1 s; with HOLD=1 it ends with 1 when one of them was not.
#
#   deploy/bench/newmodel.sh [MODELS]        new models one after another, default 10
#
# Needs a built distribution (./remuda version builds one) and curl. Touches a data directory of its
# own under /tmp and a free port.
set -euo pipefail

MODELS=${1:-10}
BOUND_MS=1000
HOME_DIR=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
REMUDA=$HOME_DIR/remuda
WORK=$(mktemp -d /tmp/remuda-bench.XXXXXX)
PORT=$((20000 + RANDOM % 20000))
export REMUDA_URL=http://127.0.0.1:$PORT REMUDA_NO_BUILD=1

end() {
  "$REMUDA" down --data "$WORK/data" >/dev/null 2>&1 || true
  rm -rf "$WORK"
}
trap end EXIT

millis() { echo $(($(date +%s%N) / 1000000)); }
# When the machine itself called an instance of model $1 ready, by its log.
ready_at() {
  local at
  at=$(sed -n "s/^\([^ ]*\) .* ready instance=$1-[0-9]*$/\1/p" "$WORK"/data/logs/remuda.log | head -n 1)
  [ -n "$at" ] || return 1
  echo $(($(date -d "$at" +%s%N) / 1000000))
}
shown() { curl -sf "$REMUDA_URL$1" | grep -q "$2"; }
summary() { # WHAT FILE
  sort -n "$2" | awk -v what="$1" -v bound="$BOUND_MS" '
    { v[NR] = $1 }
    END {
      printf "%s after READY: median %d ms, slowest %d ms of %d; within %d ms: %s\n", what,
        v[int((NR + 1) / 2)], v[NR], NR, bound, v[NR] <= bound ? "yes" : "NO"
      exit v[NR] > bound
    }'
}

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
"$REMUDA" up --detach --data "$WORK/data" --port "$PORT" >/dev/null 2>"$WORK/err" ||
  { cat "$WORK/err" >&2; exit 1; }

for i in $(seq "$MODELS"); do
  name=fresh$i
  curl -sf -X PUT "$REMUDA_URL/v1/deployments/$name" -H 'content-type: application/json' \
    -d '{"engine":"jvm","model":"sentiment"}' >/dev/null
  listed='' described=''
  limit=$(($(millis) + 60000))
  while [ -z "$listed" ] || [ -z "$described" ]; do
    # The time is taken after the answer: what is measured is never too short.
    if [ -z "$listed" ] && shown /v1/models "\"id\":\"$name\""; then listed=$(millis); fi
    if [ -z "$described" ] && shown /openapi.json "\"/v1/models/$name/predict\""; then
      described=$(millis)
    fi
    [ "$(millis)" -lt "$limit" ] || { echo "$name was not shown within 60 s" >&2; exit 1; }
  done
  ready=$(ready_at "$name") || { echo "the log does not say when $name was ready" >&2; exit 1; }
  echo $((listed - ready)) >>"$WORK/listed"
  echo $((described - ready)) >>"$WORK/described"
done

code=0
summary "in /v1/models" "$WORK/listed" || code=1
summary "in /openapi.json" "$WORK/described" || code=1
[ -z "${HOLD:-}" ] || exit "$code"
