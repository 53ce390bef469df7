#!/usr/bin/env bash
# Lets a deployment fall asleep and asks for it with 50 requests at once, at two gateways: counts starts and
# answers, and measures how soon the first answer is there. Ends with 1 unless each wake was one start
# and all were answered.
#
#   deploy/bench/wake.sh [ROUNDS] [--jvm]      rounds, default 9; --help tells the rest
#
# Registry, machine and both gateways are in one JVM, engines are processes: llama-server where there is
# one. Needs Maven and a JDK. Uses free ports and a folder of its own below the temporary one.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

. deploy/bench/built.sh
built deploy

case " $* " in *" --help "*) ;; *) printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" ;; esac
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.moves.Wakes "$@"
