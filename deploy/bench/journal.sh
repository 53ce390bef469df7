#!/usr/bin/env bash
# Measures deployment changes a second through the registry against the raw commits of the same
# PostgreSQL, with 1 and 8 clients.
#
#   deploy/bench/journal.sh [SECONDS]      seconds of each of the four measurements, default 10
#
# Starts a PostgreSQL of its own with its default, durable settings (fsync on) on a free port below
# /tmp, and ends it. Needs PostgreSQL's programs, Maven and a JDK.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

SECONDS_EACH=${1:-10}
BIN=$(dirname "$(find /usr/lib/postgresql -name initdb -type f | sort -V | tail -n 1)")
WORK=$(mktemp -d /tmp/remuda-journal.XXXXXX)
PORT=$((20000 + RANDOM % 20000))

# PostgreSQL refuses to run as root.
as_owner() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else "$@"; fi
}
end() {
  as_owner "$BIN/pg_ctl" -D "$WORK/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$WORK"
}
trap end EXIT
[ "$(id -u)" != 0 ] || chown postgres "$WORK"

. deploy/bench/built.sh
built registry-node
as_owner "$BIN/initdb" -D "$WORK/data" -U bench --auth=trust >/dev/null
as_owner "$BIN/pg_ctl" -D "$WORK/data" -w -l "$WORK/log" \
  -o "-p $PORT -h 127.0.0.1 -k $WORK -c max_connections=200" start >/dev/null
as_owner "$BIN/createdb" -h 127.0.0.1 -p "$PORT" -U bench bench

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "registry-node/target/test-classes:registry-node/target/classes:$(cat registry-node/target/bench.classpath)" \
  io.remuda.registry.JournalBenchmark "jdbc:postgresql://127.0.0.1:$PORT/bench" bench bench "$SECONDS_EACH"
