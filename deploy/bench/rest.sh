#!/usr/bin/env bash
# Measures what the nodes of a fleet take of a processor while nobody asks anything: of a registry
# node, two machines and a gateway, each a process of its own, with a replica of the demo's text
# generator on each machine. Prints milliseconds of processor time in a second of each node, the
# median of some windows and the largest.
#
#   deploy/bench/rest.sh [WINDOWS [SECONDS]]   default 5 windows of 20 s, after a minute to warm up
#   deploy/bench/rest.sh --short               two windows of 3 s without it: not for figures
#   deploy/bench/rest.sh --threads [...]       also the busiest threads of each node in the last window
#
# Needs a built distribution (./remuda version builds one) and curl; --threads a JDK's jcmd. Touches a
# folder of its own under /tmp and free ports, and ends what it started. What REMUDA_JAVA_OPTS says
# counts for the nodes, so that a setting can be tried: REMUDA_JAVA_OPTS=-Dremuda.liveness.ping-interval=2s
set -euo pipefail

THREADS=no
SHORT=no
while true; do
  case "${1:-}" in
    --threads) THREADS=yes ;;
    --short) SHORT=yes ;;
    *) break ;;
  esac
  shift
done
WARM=60
if [ "$SHORT" = yes ]; then
  WARM=0
  set -- 2 3
fi
WINDOWS=${1:-5}
SECONDS_EACH=${2:-20}
NODES=(registry model-1 model-2 gateway)
LIMIT=60 # Seconds that a step of the start may take.
HOME_DIR=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
REMUDA=$HOME_DIR/remuda
WORK=$(mktemp -d /tmp/remuda-bench.XXXXXX)
PORT=$((20000 + RANDOM % 12000))
export REMUDA_URL=http://127.0.0.1:$PORT REMUDA_NO_BUILD=1 REMUDA_CLUSTER_SEEDS=127.0.0.1:$((PORT + 1))
export REMUDA_CLUSTER_KEY_FILE=$WORK/key
STARTED=()

end() {
  local node pid data=()
  trap - EXIT
  for node in "${NODES[@]}"; do
    [ ! -e "$WORK/$node/run.json" ] || data+=(--data "$WORK/$node")
  done
  [ "${#data[@]}" = 0 ] || "$REMUDA" down "${data[@]}" --timeout 15s >/dev/null 2>&1 || true
  # What never came so far that down finds it.
  for pid in "${STARTED[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
  done
  for _ in $(seq 100); do
    kill -0 "${STARTED[@]}" 2>/dev/null || break
    sleep 0.2
  done
  kill -KILL "${STARTED[@]}" 2>/dev/null || true
  rm -rf "$WORK"
}
trap end EXIT

start() { # NODE VERB ARGUMENTS
  local node=$1
  shift
  "$REMUDA" "$@" --data "$WORK/$node" >"$WORK/$node.out" 2>&1 &
  STARTED+=("$!")
}
await() { # WHAT COMMAND...
  local what=$1 until=$((SECONDS + LIMIT))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || { echo "$what: not within $LIMIT s" >&2; tail -n 5 "$WORK"/*.out >&2; exit 1; }
    sleep 0.2
  done
}
machines() { [ "$(curl -s "$REMUDA_URL/v1/machines" | grep -o '"reachable":true' | wc -l)" = 2 ]; }
declared() {
  curl -sf -o /dev/null -X PUT "$REMUDA_URL/v1/deployments/rest" -H 'content-type: application/json' \
    -d '{"engine":"jvm","model":"demo","replicas":2,"strategy":"spread"}'
}
ready() { curl -s "$REMUDA_URL/v1/deployments/rest" | grep -q '"ready":2'; }
pid_of() { sed -n 's/.*"pid" : \([0-9]*\).*/\1/p' "$WORK/$1/run.json" | head -n 1; }
# Processor time that a process has had, in thousandths of a second.
spent() { sed 's/.*) //' "/proc/$(pid_of "$1")/stat" | awk -v hz="$(getconf CLK_TCK)" '{ print ($12 + $13) * 1000 / hz }'; }
# Of each thread, in nanoseconds: its number and what it has had.
by_thread() {
  local task
  for task in "/proc/$(pid_of "$1")"/task/*; do
    echo "${task##*/} $(cut -d' ' -f1 "$task/schedstat")"
  done 2>/dev/null || true
}
busiest() { # NODE
  local line
  # Java says the numbers of its threads as 0x1f or as [31].
  "${JAVA_HOME:+$JAVA_HOME/bin/}jcmd" "$(pid_of "$1")" Thread.print 2>/dev/null |
    sed -n 's/^"\(.*\)".* nid=\(0x[0-9a-f]*\|[0-9]*\) .*/\2 \1/p' |
    while read -r nid line; do
      echo "name $((nid)) $(sed 's/[0-9][0-9]*/N/g' <<<"$line")"
    done >"$WORK/names"
  awk -v seconds="$SECONDS_EACH" '
    FILENAME ~ /names$/ { number = $2; sub(/^name [0-9]* /, ""); name[number] = $0; next }
    FILENAME ~ /before$/ { before[$1] = $2; next }
    { key = ($1 in name) ? name[$1] : "other"; sum[key] += ($2 - before[$1]) / 1e6 / seconds }
    END { for (key in sum) printf "  %6.1f ms/s  %s\n", sum[key], key }' \
    "$WORK/names" "$WORK/$1.before" "$WORK/$1.after" | sort -rn | sed -n 1,8p
}

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
"$REMUDA" keys cluster "$WORK/key" >/dev/null
start registry registry --bind "127.0.0.1:$((PORT + 1))"
start model-1 model --bind "127.0.0.1:$((PORT + 2))"
start model-2 model --bind "127.0.0.1:$((PORT + 3))"
start gateway gateway --port "$PORT"
await "both machines are reached" machines
await "the deployment is accepted" declared
await "both replicas serve" ready
sleep "$WARM"

for window in $(seq "$WINDOWS"); do
  from=$(date +%s%N)
  for node in "${NODES[@]}"; do
    spent "$node" >"$WORK/$node.from"
    [ "$THREADS" = no ] || by_thread "$node" >"$WORK/$node.before"
  done
  sleep "$SECONDS_EACH"
  to=$(date +%s%N)
  for node in "${NODES[@]}"; do
    spent "$node" >"$WORK/$node.to"
    [ "$THREADS" = no ] || by_thread "$node" >"$WORK/$node.after"
    paste "$WORK/$node.from" "$WORK/$node.to" |
      awk -v ns=$((to - from)) '{ printf "%.1f\n", ($2 - $1) * 1e9 / ns }' >>"$WORK/$node.windows"
  done
done
for node in "${NODES[@]}"; do
  sort -n "$WORK/$node.windows" | awk -v node="$node" '
    { v[NR] = $1 }
    END { printf "%s: median %.1f ms/s, largest %.1f of %d\n", node, v[int((NR + 1) / 2)], v[NR], NR }'
  [ "$THREADS" = no ] || busiest "$node"
done
