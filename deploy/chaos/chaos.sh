#!/usr/bin/env bash
# Kills the parts of a fleet of real processes, one after the other, under load, and judges what
# its clients and its machines saw. Ends with 1 when anything was that must not be.
#
#   deploy/chaos/chaos.sh            nine rounds of each fault; times that are missed count
#   deploy/chaos/chaos.sh --short    one round of each; times that are missed are told only
#   deploy/chaos/chaos.sh --help     its options
#
# Each node is a process in a network of its own. All of it, PostgreSQL too, lives in namespaces that
# end with this script, whatever ends it: nothing outside of them is touched. Needs root, Maven, a JDK,
# PostgreSQL and llama-server. Logs of the last run: deploy/target/chaos.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

missing() {
  if [ "${CI:-}" = true ]; then
    echo "CI=true allows nothing to be skipped: needs $1" >&2
    exit 1
  fi
  echo "skipped: needs $1"
  exit 0
}

ISOLATED=(unshare --net --mount --ipc --pid --mount-proc --kill-child)
if [ "${1:-}" != --help ]; then
  { command -v ip && "${ISOLATED[@]}" ip link add probe type bridge; } >/dev/null 2>&1 ||
    missing "root and ip netns"
fi

. deploy/bench/built.sh
built deploy package

cd deploy
# As nodes start where they are at home; without the archive they start too, but later.
[ "${1:-}" = --help ] || REMUDA_JAVA_OPTS="" target/dist/remuda archive || true
JAVA=(java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)"
  io.remuda.deploy.chaos.Chaos)
[ "${1:-}" != --help ] || exec "${JAVA[@]}" --help

# Each host gets an equal share of the processors, the clients and PostgreSQL together four. Without
# the control group, as in a container that may not make one, all threads of all hosts compete.
SHARES=""
weigh() { echo "$2" >"$1/cpu.shares" || echo "$3" >"$1/cpu.weight"; } 2>/dev/null
share() {
  local root
  for root in /sys/fs/cgroup/cpu /sys/fs/cgroup; do
    SHARES=$(mktemp -d "$root/remuda-chaos.XXXXXX") || continue
    if [ -e "$SHARES/cgroup.procs" ] &&
      { [ -e "$SHARES/cpu.shares" ] || echo +cpu >"$SHARES/cgroup.subtree_control"; } &&
      mkdir "$SHARES/clients" && weigh "$SHARES" 262144 10000 && weigh "$SHARES/clients" 4096 400; then
      return
    fi
    give_back
  done
} 2>/dev/null
# What was killed a moment ago is in its group until it has ended.
give_back() {
  local left=20
  while [ -n "$SHARES" ] && [ -d "$SHARES" ]; do
    find "$SHARES" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    [ -d "$SHARES" ] || break
    if [ $((left -= 1)) -lt 1 ]; then
      echo "the control group $SHARES stays: after 10 s processes are in it still; remove it with rmdir" >&2
      break
    fi
    sleep 0.5
  done
  SHARES=""
}
share || true

# The shell in the middle is the first process of the new namespaces: it takes in orphans, as init
# does, and when it ends everything ends. It ends with this script, whatever ends that: then its pipe
# is closed. It first asks in good order, so that PostgreSQL's folder goes too.
exec 8> >(exec 8>&- && exec env REMUDA_CHAOS_SHARES="$SHARES" "${ISOLATED[@]}" bash -c '
  [ -z "$REMUDA_CHAOS_SHARES" ] || echo 0 > "$REMUDA_CHAOS_SHARES/clients/cgroup.procs"
  mkdir -p /run/netns
  mount -t tmpfs namespaces /run/netns
  ip link set lo up
  exec 3<&0
  REMUDA_CHAOS_ISOLATED=1 "$@" 3<&- &
  fleet=$!
  { read -r closed <&3; kill -TERM "$fleet"; sleep 30; kill -KILL "$fleet"; } 2>/dev/null &
  wait "$fleet"' chaos "${JAVA[@]}" "$@")
FLEET=$!
ends() {
  exec 8>&-
  wait "$FLEET" || true
  exit "$1"
}
trap give_back EXIT
trap 'ends 130' INT
trap 'ends 143' TERM
wait "$FLEET"
