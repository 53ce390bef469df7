#!/usr/bin/env bash
# Leases a warm idle instance again and again, hands one over from a holder to a client that waits, and
# stops processes that hold leases (SIGSTOP) until others have their instances: measures how soon a lease
# is READY, and counts calls that an instance took under a lease that it was not held for any more. Ends
# with 1 when there was one, or when a call failed that must not; times are told and do not end it.
#
#   deploy/bench/leases.sh [ROUNDS] [--cycles N]      rounds, default 9; --help tells the rest
#
# Registry, machine, gateway and models are in one JVM, the holders that are stopped are processes of
# their own. Needs Maven, a JDK, Linux. Uses free ports and a folder of its own below the temporary one.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

. deploy/bench/built.sh
built deploy

case " $* " in *" --help "*) ;; *) printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" ;; esac
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.moves.Leases "$@"
