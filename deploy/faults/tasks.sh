#!/usr/bin/env bash
# Kills each part of the durable tasks at each point of a task's way, on RabbitMQ and Redis, and
# counts what was lost and which results changed once they were seen. Ends with 1 when anything was.
#
#   deploy/faults/tasks.sh [KILLS [POINT...]]    kills at each point, default 200; points: all
#
# Gateways and workers are processes that halt at their point; servers are ended by KILL. Starts its
# own servers and ends them. Needs both servers' programs, Maven and a JDK.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

KILLS=${1:-200}
[ $# = 0 ] || shift
. deploy/bench/built.sh
built deploy

# As jars: from folders the JVM takes no archive of classes, and each kill costs a start of a JVM.
JARS=$PWD/deploy/target/faults
rm -rf "$JARS"
mkdir -p "$JARS"
CLASSES=""
COUNT=0
while IFS= read -r entry || [ -n "$entry" ]; do
  if [ -d "$entry" ]; then
    COUNT=$((COUNT + 1))
    "${JAVA_HOME:+$JAVA_HOME/bin/}jar" --create --no-compress --file "$JARS/$COUNT.jar" -C "$entry" .
    entry=$JARS/$COUNT.jar
  fi
  CLASSES+=${CLASSES:+:}$entry
done < <(
  printf '%s\n' "$PWD/deploy/target/test-classes" "$PWD/deploy/target/classes"
  tr ':' '\n' <deploy/target/bench.classpath
)

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "$CLASSES" \
  io.remuda.deploy.task.Faults "$KILLS" "$@"
