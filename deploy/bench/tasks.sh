#!/usr/bin/env bash
# Measures durable tasks against the bare RabbitMQ on the same machine in the same run: submits with
# confirms, submit to result at 64 clients, how fast one instance in the JVM works a queue off, and how
# soon and how much a second one takes of it. Bare broker and tasks take turns in each round, and the
# medians of the rounds count: the first round is of a JVM that still compiles. With HOLD=1 it ends with
# 1 when a bound is missed.
#
#   deploy/bench/tasks.sh [TASKS [ROUNDS]]      tasks of each measurement, default 20000; rounds, 5
#
# Starts a RabbitMQ and a Redis of its own and ends them. Needs both servers' programs, Maven and a
# JDK.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

TASKS=${1:-20000}
ROUNDS=${2:-5}
. deploy/bench/built.sh
built deploy

printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
cd deploy
exec java -Xmx1g -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.task.TasksBenchmark "$TASKS" "$ROUNDS"
