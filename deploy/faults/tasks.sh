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
mvn -q -B -Dfast -pl deploy -am test-compile dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.task.Faults "$KILLS" "$@"
