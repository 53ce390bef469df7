#!/usr/bin/env bash
# Measures a fleet of one machine as its users meet it: seconds from ./remuda up to ready and the
# JVM's resident memory, a deployment of the demo's GGUF against the engine's own start, scaling
# from 1 to 4 replicas, and the stop.
#
#   deploy/bench/startup.sh [REPEATS]        prints one line for each figure
#
# Needs a built distribution (./remuda version builds one) and curl. Touches a data directory of its
# own under /tmp and a free port.
set -euo pipefail

REPEATS=${1:-5}
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
seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f", ms / 1000 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
pid_of_fleet() { sed -n 's/.*"pid" : \([0-9]*\).*/\1/p' "$WORK/data/run.json"; }
# Of a process and all its threads, in MiB.
rss() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$1/status"; }

phase() { curl -s "$REMUDA_URL/v1/deployments/$1" | sed -n 's/.*"phase":"\([A-Z]*\)".*/\1/p' | head -n 1; }
ready_of() { curl -s "$REMUDA_URL/v1/deployments/$1" | grep -o '"ready":[0-9]*' | head -n 1 | cut -d: -f2; }
await_ready() { until [ "$(ready_of "$1")" = "$2" ]; do sleep 0.01; done; }

printf 'machine: %s cores, %s\n' "$(nproc)" "$(java -version 2>&1 | head -n 1)"

for _ in $(seq "$REPEATS"); do
  start=$(millis)
  "$REMUDA" up --detach --data "$WORK/data" --port "$PORT" >/dev/null 2>"$WORK/err" ||
    { cat "$WORK/err" >&2; exit 1; }
  echo $(($(millis) - start)) >>"$WORK/up"
  sleep 5
  rss "$(pid_of_fleet)" >>"$WORK/rss"
  start=$(millis)
  "$REMUDA" down --data "$WORK/data" >/dev/null 2>&1
  echo $(($(millis) - start)) >>"$WORK/down"
done
echo "up to ready, median of $REPEATS: $(seconds "$(median <"$WORK/up")") s (all: $(xargs <"$WORK/up") ms)"
echo "resident memory 5 s after ready, median: $(median <"$WORK/rss") MiB (all: $(xargs <"$WORK/rss"))"
echo "down, median: $(seconds "$(median <"$WORK/down")") s"

"$REMUDA" up --detach --data "$WORK/data" --port "$PORT" >/dev/null 2>&1
if ! "$REMUDA" engine ls 2>/dev/null | grep -q 'llama-server *true'; then
  echo "deploy and scale: skipped, no llama-server (./remuda engine install llama-server)"
  exit 0
fi

# The engine's own start, without us: from exec to its first answered completion.
LLAMA=${REMUDA_LLAMA_SERVER:-$(command -v llama-server || ls "$HOME"/.local/share/remuda/engines/*/llama-server | head -n 1)}
own_port=$((PORT + 1))
for _ in $(seq "$REPEATS"); do
  start=$(millis)
  "$LLAMA" -m "$WORK/data/models/demo.gguf" --host 127.0.0.1 --port "$own_port" -np 4 --no-webui \
    --offline >/dev/null 2>&1 &
  engine=$!
  until curl -sf "http://127.0.0.1:$own_port/v1/completions" -H 'content-type: application/json' \
    -d '{"prompt":"a","max_tokens":1}' >/dev/null; do sleep 0.01; done
  echo $(($(millis) - start)) >>"$WORK/own"
  kill "$engine"
  wait "$engine" 2>/dev/null || true
done
own=$(median <"$WORK/own")
echo "llama-server's own start on the demo's GGUF, median: $(seconds "$own") s"

put() {
  curl -sf -X PUT "$REMUDA_URL/v1/deployments/$1" -H 'content-type: application/json' \
    -d '{"engine":"llama-server","model":"demo.gguf","replicas":'"$2"'}' >/dev/null
}
for i in $(seq "$REPEATS"); do
  start=$(millis)
  put "bench-$i" 1
  await_ready "bench-$i" 1
  echo $(($(millis) - start)) >>"$WORK/deploy"
  start=$(millis)
  curl -sf -X POST "$REMUDA_URL/v1/deployments/bench-$i/scale" -H 'content-type: application/json' \
    -d '{"replicas":4}' >/dev/null
  await_ready "bench-$i" 4
  echo $(($(millis) - start)) >>"$WORK/scale"
  curl -sf -X DELETE "$REMUDA_URL/v1/deployments/bench-$i" >/dev/null
done
deploy=$(median <"$WORK/deploy")
echo "deploy to READY, median: $(seconds "$deploy") s, which is $(seconds $((deploy - own))) s above the engine's own"
echo "scale from 1 to 4, median: $(seconds "$(median <"$WORK/scale")") s"
