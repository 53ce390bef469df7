#!/usr/bin/env bash
# Starts engines that use 0.5, 0.75, 1, 1.5 and 2 times what was estimated of their model, three times
# each, and compares what the next one claims with what it uses by the system. Ends with 1 when one is
# off by more than 10 %.
#
#   deploy/bench/estimates.sh [ROUNDS]      rounds, default 9; --help tells the rest
#
# The fleet is one JVM, each engine a process that takes as much memory as it is told. Needs Maven, a
# JDK and 2 GiB of memory. Uses free ports and a folder of its own below the temporary one.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

. deploy/bench/built.sh
built deploy

case " $* " in *" --help "*) ;; *) printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" ;; esac
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.moves.Estimates "$@"
