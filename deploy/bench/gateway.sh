#!/usr/bin/env bash
# Measures the gateway in one run on this machine, against the engine itself, nginx, HAProxy and
# Portkey, and prints a table that says for each goal what must be, what was seen, and whether it is
# met: throughput, latency, processor time, streams, memory, an instance killed under load, overload.
#
#   deploy/bench/gateway.sh [ROUNDS] [SECONDS]   default: 3 rounds, 3 s for each sample; about 20 minutes
#   deploy/bench/gateway.sh --short              plays each part once, in a minute: not for figures
#   deploy/bench/gateway.sh --long               5 rounds, and 5 minutes of each overload
#
# A part that fails is named and not measured, and the exit status is 1 then; the others are shown.
#
# Needs a built distribution (./remuda version builds one), cc and python3, and measures against
# what is there of nginx, HAProxy and wrk (Debian: gcc libc6-dev nginx-light haproxy wrk) and of
# Portkey (PORTKEY: the folder in which @portkey-ai/gateway was installed). Without wrk there are no
# figures but of streams and overload.
#
# Loader, proxies and engine share the processors: only ratios within a round mean anything. Samples
# in which others used more than 15 % of the machine are marked, and left out where enough are left.
# Environment: OVERLOAD (seconds of it), WARM_UP (of each JVM, 15 s), BENCH_CLASSPATH (another build), BEFORE (the classpath of a
# build that is measured beside, in turns), JFR (a folder for recordings of the JVMs), PEERS and PARTS
# (some alone, with commas: see gateway/main.py), WAIT (seconds that clients may wait under overload, or
# none; each is played, none,1 by default).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/remuda-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
# A signal is the run's, which ends all that it started; before there is a run it ends this.
ended() {
  if [ -n "${!:-}" ]; then kill -TERM "$!" 2>/dev/null || true; else exit 143; fi
}
trap ended TERM INT HUP

for tool in cc python3; do
  command -v "$tool" >/dev/null || { echo "needs $tool" >&2; exit 1; }
done
if [ -z "${BENCH_CLASSPATH:-}" ] && [ ! -e "$here/../target/dist/BUILT" ]; then
  echo "it is not built: ./remuda version builds it" >&2
  exit 1
fi
for program in fake_engine stream_load open_load; do
  cc -O2 -o "$work/$program" "$here/$program.c" -lm
done
ulimit -n "$(ulimit -Hn)"
PATH=$PATH:/usr/sbin # where Debian has nginx and HAProxy
export BENCH_WORK=$work BENCH_CLASSPATH=${BENCH_CLASSPATH:-$here/../target/dist/lib/*}
PYTHONDONTWRITEBYTECODE=1 python3 "$here/gateway/main.py" "$@" &
run=$! status=0
wait "$run" || status=$?
# The wait ends with a signal, the run a moment later.
while kill -0 "$run" 2>/dev/null; do
  status=0
  wait "$run" || status=$?
done
exit "$status"
