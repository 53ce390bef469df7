#!/usr/bin/env bash
# Puts steps of load, 5, 50 and again 5 requests a second, on a deployment that scales by itself, and
# counts how often it changes the direction in which it scales. Ends with 1 where it did so more than
# twice in one step, did not grow or not shrink, or a request failed.
#
#   deploy/bench/scale.sh [ROUNDS] [--defaults]      rounds, default 9; --help tells the rest
#
# Registry, machine and gateway are in one JVM, with the model in it. Needs Maven and a JDK. Uses free
# ports and a folder of its own below the temporary one.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

. deploy/bench/built.sh
built deploy

case " $* " in *" --help "*) ;; *) printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" ;; esac
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.moves.Steps "$@"
