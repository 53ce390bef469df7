#!/usr/bin/env bash
# Scales a deployment from 1 to 4 and back, updates it, tries a canary that is promoted and one that is
# rolled back, switches an alias, and updates a deployment that has no spare place, each under 50
# requests a second of which half are streams, and counts what was not answered. Ends with 1 when a
# request failed that must not: one that is refused while the only instance changes hands does not
# count, since that gap is declared. So it does when clients saw a gap more than 0.2 s longer than the
# declared one, or fewer than 45 requests a second were asked where there is none.
#
#   deploy/bench/moves.sh [ROUNDS] [--jvm]      rounds, default 9; --help tells the rest
#
# Registry, four machines and gateway are in one JVM, engines are processes: llama-server where there is
# one. Needs Maven and a JDK. Uses free ports and a folder of its own below the temporary one.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

. deploy/bench/built.sh
built deploy

case " $* " in *" --help "*) ;; *) printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" ;; esac
cd deploy
exec java -Xmx512m -XX:+UseSerialGC -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  io.remuda.deploy.moves.Moves "$@"
