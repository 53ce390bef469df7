#!/usr/bin/env bash
# Measures typed models' messages as JSON and as protobuf: bytes, and processor time to read and to write.
# With HOLD=1 it ends with 1 when a message of 1 KB takes 20 us or more to be read or written.
#
#   deploy/bench/messages.sh [RUNS]      runs of each of the nine rounds, default 20000
#
# Needs Maven and a JDK.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

. deploy/bench/built.sh
built gateway-node
printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
java -Xmx512m -XX:+UseSerialGC \
  -cp "gateway-node/target/test-classes:gateway-node/target/classes:$(cat gateway-node/target/bench.classpath)" \
  io.remuda.gateway.typed.MessageBenchmark "${1:-20000}"
