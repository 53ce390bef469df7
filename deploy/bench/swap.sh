#!/usr/bin/env bash
# Measures two models that take turns on a machine with room for one of them: each turn, requests for
# the one that is not there take the place of the other, which is idle. Prints how many requests
# failed, and of each step the median and the slowest. Ends with 1 when a request failed, or when an
# engine was started before what the last one had of the machine was back.
#
#   deploy/bench/swap.sh [SWAPS [REQUESTS]]  default 9 swaps, 4 requests at once in each
#
# Needs a built distribution (./remuda version builds one) and curl. On llama-server and the demo's
# GGUF where there is one (./remuda engine install llama-server), else in the JVM. Where the machine
# has a GPU, that is the place. Touches a data directory of its own under /tmp and a free port.
set -euo pipefail

SWAPS=${1:-9}
REQUESTS=${2:-4}
IDLE_MS=500
HOME_DIR=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
REMUDA=$HOME_DIR/remuda
WORK=$(mktemp -d /tmp/remuda-bench.XXXXXX)
PORT=$((20000 + RANDOM % 20000))
LOG=$WORK/data/logs/remuda.log
export REMUDA_URL=http://127.0.0.1:$PORT REMUDA_NO_BUILD=1
export REMUDA_JAVA_OPTS="${REMUDA_JAVA_OPTS:-} -Dremuda.registry.evict.idle=${IDLE_MS}ms"

end() {
  "$REMUDA" down --data "$WORK/data" >/dev/null 2>&1 || true
  rm -rf "$WORK"
}
trap end EXIT

millis() { echo $(($(date +%s%N) / 1000000)); }
# When the log since line $1 says the first thing that matches $2; nothing where it does not.
said() {
  local at
  at=$(tail -n +"$1" "$LOG" | grep -m 1 -E "$2" | cut -d' ' -f1) || return 0
  echo $(($(date -d "$at" +%s%N) / 1000000))
}
summary() { # WHAT FILE
  [ -s "$2" ] || { echo "$1: nothing measured"; return; }
  sort -n "$2" | awk -v what="$1" '
    { v[NR] = $1 }
    END { printf "%s: median %d ms, slowest %d ms of %d\n", what, v[int((NR + 1) / 2)], v[NR], NR }'
}
number() { grep -o "\"$1\":[0-9]*" | head -n 1 | cut -d: -f2; }
# Requests for model $1, all at once; a line with the status of each.
ask() {
  local i pids=()
  for i in $(seq "$REQUESTS"); do
    curl -s -o /dev/null -w '%{http_code}\n' --max-time 120 "$REMUDA_URL$ASK_AT" \
      -H 'content-type: application/json' -d "${ASK//MODEL/$1}" >"$WORK/answer.$i" &
    pids+=("$!")
  done
  wait "${pids[@]}" || true
  cat "$WORK"/answer.*
}

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
"$REMUDA" up --detach --data "$WORK/data" --port "$PORT" >/dev/null 2>"$WORK/err" ||
  { cat "$WORK/err" >&2; exit 1; }

machine=$(curl -sf "$REMUDA_URL/v1/machines")
gpu=$(sed -n 's/.*"gpus":\(\[{.*\)/\1/p' <<<"$machine" | number memoryFreeMiB || true)
if [ -n "$gpu" ]; then
  room="{\"gpuMemoryMiB\": $((gpu * 6 / 10)), \"gpus\": 1, \"memoryMiB\": 512}"
  echo "the place: 60 % of the free memory of a GPU"
else
  room="{\"memoryMiB\": $(($(number memoryTotalMiB <<<"$machine") * 6 / 10))}"
  echo "the place: 60 % of the machine's memory"
fi
if "$REMUDA" engine ls 2>/dev/null | grep -q 'llama-server *true'; then
  engine='"engine": "llama-server", "model": "demo.gguf"'
  ASK_AT=/v1/completions
  ASK='{"model": "MODEL", "prompt": "a", "max_tokens": 4}'
  echo "the models: the demo's GGUF on llama-server"
else
  engine='"engine": "jvm", "model": "demo"'
  ASK_AT=/v1/chat/completions
  ASK='{"model": "MODEL", "messages": [{"role": "user", "content": "a"}], "max_tokens": 4}'
  echo "the models: the text generator in the JVM"
fi

for name in left right; do
  curl -sf -X PUT "$REMUDA_URL/v1/deployments/$name" -H 'content-type: application/json' \
    -d "{$engine, \"resources\": $room}" >/dev/null
  [ "$name" = right ] ||
    until curl -sf "$REMUDA_URL/v1/deployments/left" | grep -q '"phase":"READY"'; do sleep 0.05; done
done

# Its requests are held from the moment on at which it is listed.
until curl -sf "$REMUDA_URL/v1/models" | grep -q '"id":"right"'; do sleep 0.05; done

failed=0 early=0
for swap in $(seq "$SWAPS"); do
  new=right old=left
  [ $((swap % 2)) = 1 ] || { new=left old=right; }
  sleep 1.5
  line=$(($(wc -l <"$LOG") + 1))
  asked=$(millis)
  ask "$new" >"$WORK/answers"
  answered=$(millis)
  failed=$((failed + $(grep -vc '^200$' "$WORK/answers" || true)))
  ended=$(said "$line" " ended instance=$old-")
  back=$(said "$line" " gpu memory back instance=$old-")
  started=$(said "$line" " engine started .*$new-")
  ready=$(said "$line" " ready instance=$new-")
  if [ -z "$ended" ] || [ -z "$started" ] || [ -z "$ready" ]; then
    echo "swap $swap: the log does not say that $old ended and $new started" >&2
    tail -n +"$line" "$LOG" >&2
    exit 1
  fi
  [ "$started" -ge "${back:-$ended}" ] || early=$((early + 1))
  echo $((ended - asked)) >>"$WORK/ended"
  [ -z "$back" ] || echo $((back - ended)) >>"$WORK/back"
  echo $((started - ${back:-$ended})) >>"$WORK/started"
  echo $((ready - started)) >>"$WORK/ready"
  echo $((answered - asked)) >>"$WORK/answered"
done

echo "swaps: $SWAPS, requests: $((SWAPS * REQUESTS)), failed: $failed"
echo "starts before the memory was back: $early"
summary "the old one has ended after the request" "$WORK/ended"
[ ! -s "$WORK/back" ] || summary "its memory is back after that" "$WORK/back"
summary "the new one starts after that" "$WORK/started"
summary "it is ready after its start" "$WORK/ready"
summary "the last request is answered after it was sent" "$WORK/answered"
[ "$failed" = 0 ] && [ "$early" = 0 ]
