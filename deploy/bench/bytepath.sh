#!/bin/sh
# Measures the byte path against nginx in one run on this machine: the same fake engine behind each.
# Needs cc, nginx and wrk (Debian: gcc libc6-dev nginx-light wrk), and a build (./remuda builds one).
#
#   deploy/bench/bytepath.sh [ROUNDS] [SECONDS]      default: 3 rounds of 3 s for each sample
#
# Loader, proxies and engine share the processors: only ratios within one run mean anything, and
# "foreign" says what share of the machine something else used meanwhile.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-3} seconds=${2:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/bytepath.XXXXXX")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classes=${BENCH_CLASSPATH:-"$here/../target/dist/lib/*"}
engine=27101 nginx=27102 one=27103 front=27104 two=27105
started=
finish() {
  for p in $started; do kill "$p" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

cc -O2 -o "$work/fake_engine" "$here/fake_engine.c"
cc -O2 -o "$work/stream_load" "$here/stream_load.c"
cat >"$work/nginx.conf" <<CONF
worker_processes 2;
pid $work/nginx.pid;
error_log $work/nginx.log;
daemon off;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  upstream engine { server 127.0.0.1:$engine; keepalive 1024; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:$nginx backlog=4096;
    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 600s;
    }
  }
}
CONF

start() { # NAME COMMAND...
  name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 &
  eval "pid_$name=$!"
  started="$started $!"
}
node() { # NAME ARGUMENTS...: one JVM with the flags of the launcher
  name=$1
  shift
  start "$name" "$java" -XX:+UseSerialGC -Xmx256m \
    -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 \
    -cp "$classes" io.remuda.deploy.bench.BytePathNode "$@"
  tries=0
  until grep -q '^ready' "$work/$name.log"; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ]; then
      cat "$work/$name.log" >&2
      exit 1
    fi
    sleep 0.2
  done
}
start engine "$work/fake_engine" $engine
start nginx nginx -c "$work/nginx.conf"
node one one $one "http://127.0.0.1:$engine"
node front front $front "http://127.0.0.1:$engine"
node two edge $two $front
key_one=$(sed -n 's/^key //p' "$work/one.log") key_two=$(sed -n 's/^key //p' "$work/two.log")

ticks() { # PID...: processor time of these and their children, in clock ticks
  total=0
  for p in "$@"; do
    for each in $p $(cat /proc/"$p"/task/*/children 2>/dev/null); do
      t=$(sed 's/.*) //' /proc/"$each"/stat 2>/dev/null | awk '{print $12 + $13}')
      total=$((total + ${t:-0}))
    done
  done
  echo $total
}
busy() { awk '/^cpu / {print $2 + $3 + $4 + $7 + $8; exit}' /proc/stat; }
pids() { # PEER
  case $1 in
    direct) ;;
    nginx) echo "$pid_nginx" ;;
    one) echo "$pid_one" ;;
    two) echo "$pid_two $pid_front" ;;
  esac
}
port() { eval "echo \$$1" | sed "s/^\$/$engine/"; }
direct=$engine
key() { case $1 in one) echo "$key_one" ;; two) echo "$key_two" ;; *) echo none ;; esac }
rss() {
  for p in "$@"; do awk '/^VmRSS/ {print $2}' /proc/"$p"/status; done | awk '{s += $1} END {print s / 1024}'
}

cat >"$work/post.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("KEY")
wrk.body = '{"model":"bench","messages":[{"role":"user","content":"Say something of twelve words, please."}]}'
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %f %f %f %d\n", summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
LUA
plain() { # ROUND PEER CONNECTIONS
  b0=$(busy) c0=$(ticks $(pids "$2")) e0=$(ticks "$pid_engine") t0=$(date +%s%N)
  KEY=$(key "$2") wrk -t1 -c"$3" -d"${seconds}s" -s "$work/post.lua" \
    "http://127.0.0.1:$(port "$2")/v1/chat/completions" >"$work/wrk.out"
  t1=$(date +%s%N) c1=$(ticks $(pids "$2")) e1=$(ticks "$pid_engine") b1=$(busy)
  sed -n 's/^RESULT //p' "$work/wrk.out" | awk -v r="$1" -v p="$2" -v c="$3" \
    -v own=$((c1 - c0)) -v eng=$((e1 - e0)) -v all=$((b1 - b0)) -v ns=$((t1 - t0)) -v n="$(nproc)" \
    '{printf "plain %s %s %s rps=%.0f p50us=%.0f p99us=%.0f cpu_us=%.1f errors=%d other=%.2f\n",
      r, p, c, $2, $3, $4, own * 1e4 / $1, $5, (all - own - eng) / 100 / (ns / 1e9) / n}'
}
streams() { # ROUND PEER STREAMS
  c0=$(ticks $(pids "$2"))
  "$work/stream_load" "$(port "$2")" "$3" 8 100 20000 "$(key "$2")" >"$work/sse.out"
  c1=$(ticks $(pids "$2"))
  # The processor time counts the warm-up too, the events do not: 8 s against the seconds measured.
  tr -d '{}"' <"$work/sse.out" | tr ',:' ' =' | awk -v r="$1" -v p="$2" -v s="$3" -v own=$((c1 - c0)) '{
    for (i = 1; i <= NF; i++) { split($i, f, "="); v[f[1]] = f[2] }
    printf "sse %s %s %s carried=%s p50ms=%s p99ms=%s cpu_us=%.1f errors=%s\n", r, p, s,
      v["carried"], v["p50_ms"], v["p99_ms"], own * 1e4 / (v["events"] * 8 / v["seconds"]), v["errors"]}'
}

echo "# $(nproc) processors, $(uname -sr), $("$java" -version 2>&1 | head -1), load $(cut -d' ' -f1 /proc/loadavg)"
for peer in one two; do # the compiler's time is not what is measured
  KEY=$(key $peer) wrk -t1 -c16 -d"${WARM_UP:-15}s" -s "$work/post.lua" \
    "http://127.0.0.1:$(port $peer)/v1/chat/completions" >/dev/null
  "$work/stream_load" "$(port $peer)" 64 5 100 20000 "$(key $peer)" >/dev/null
done
round=1
while [ "$round" -le "$rounds" ]; do
  for c in 1 16 64; do
    for peer in direct nginx one two; do plain "$round" "$peer" $c; done
  done
  for s in 64 256 512; do
    for peer in direct nginx one two; do streams "$round" "$peer" $s; done
  done
  round=$((round + 1))
done
echo "# resident MiB: one JVM $(rss "$pid_one"), edge $(rss "$pid_two"), front $(rss "$pid_front")"
