#!/usr/bin/env bash
# Measures durable tasks against the bare RabbitMQ on the same machine in the same run: submits with
# confirms, submit to result at 64 clients, how fast one instance in the JVM works a queue off, and how
# soon and how much a second one takes of it. With HOLD=1 it ends with 1 when the second one takes its
# first task later than 1 s after READY, or does not end with 40 to 60 % of the work.
#
#   deploy/bench/tasks.sh [TASKS]      tasks of each measurement, default 20000
#
# Starts a RabbitMQ and a Redis of its own and ends them. Needs both servers' programs, Maven and a
# JDK.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

TASKS=${1:-20000}
mvn -q -B -Dfast -pl deploy -am test-compile dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
cd deploy
exec java -Xmx1g -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.task.TasksBenchmark "$TASKS"
