#!/bin/sh
# The keeper of one engine: starts it in a session of its own, stays its parent, and ends it with
# everything that it started. It outlives the JVM that started it and obeys the next one, which
# writes to the pipe "control" in the instance's folder:
#   stop SECONDS   SIGTERM to the engine's process group, SIGKILL after that many seconds
#   kill           SIGKILL at once
# It leaves in the folder: instance.json (written before the engine's program runs), pid, engine.log,
# and at the end "exit" with the exit status (128 + n: ended by signal n).
#
# usage: keeper.sh keep DIR MAX_LOG_BYTES ISOLATE(yes|no) NONCE PROGRAM [ARGUMENT...]
# With root, the engine lives in a PID namespace: when it ends, the kernel ends all that it ever
# started. Without, its group is killed, and then every process that carries its nonce in its
# environment; only a process that both left the group and cleared its environment would escape.
set -u
umask 077

# Field 22 of /proc/PID/stat: when the process started, in clock ticks since boot. With the pid it
# names a process for as long as the machine is up.
start_ticks() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  set -- ${stat##*) }
  shift 19
  echo "$1"
}

case ${1:-} in
  engine)
    # Becomes the engine: same pid, same start time, so that what is written here stays true.
    keeper=$2 isolated=$3 nonce=$4
    shift 4
    read -r pid _ </proc/self/stat
    echo 500 2>/dev/null >/proc/self/oom_score_adj || true
    boot=$(cat /proc/sys/kernel/random/boot_id)
    {
      printf '{"pid":%s,"startTicks":%s,' "$pid" "$(start_ticks "$pid")"
      printf '"keeperPid":%s,"keeperStartTicks":%s,' "$keeper" "$(start_ticks "$keeper")"
      printf '"isolated":%s,"nonce":"%s","bootId":"%s","launch":' "$isolated" "$nonce" "$boot"
      cat launch.json
      echo '}'
    } >instance.json.tmp || exit 73
    echo "$pid" >pid.tmp && mv pid.tmp pid || exit 73
    mv instance.json.tmp instance.json || exit 73
    REMUDA_KEEPER=$nonce
    export REMUDA_KEEPER
    exec "$@"
    ;;
  init)
    # The first process of the PID namespace; when it ends the kernel ends all the others.
    shift
    setsid sh ./keeper.sh engine "$@" &
    wait $!
    exit $?
    ;;
  keep) ;;
  *)
    echo "keeper.sh: keep DIR MAX_LOG_BYTES yes|no NONCE PROGRAM..." >&2
    exit 64
    ;;
esac

dir=$2 max=$3 isolate=$4 nonce=$5
shift 5
cd "$dir" || exit 70

# Below, the whole own process group is ended; that has to be ours alone.
read -r stat </proc/self/stat
rest=${stat##*) }
set -- "$rest" "$@"
group=${1#* * }
group=${group%% *}
shift
if [ "$group" != "$$" ]; then
  echo "keeper.sh: has to be started through setsid (group $group, pid $$)" >&2
  exit 71
fi

# What an earlier run said must not be taken for this one's last words.
[ ! -f engine.log ] || mv engine.log engine.log.1
rm -f control exit pid instance.json
mkfifo -m 600 control || exit 72
# Opened for both, so that it never reads an end of file when a writer goes.
exec 3<>control

isolated=false
if [ "$isolate" = yes ] && unshare --pid --fork --kill-child true 2>/dev/null; then
  isolated=true
fi

(
  if [ "$isolated" = true ]; then
    unshare --pid --fork --kill-child sh ./keeper.sh init "$$" true "$nonce" "$@"
  else
    setsid sh ./keeper.sh engine "$$" false "$nonce" "$@"
  fi </dev/null >>engine.log 2>&1 3>&-
  echo $? >exit.tmp
  mv exit.tmp exit
  echo exited >&3
) &

# Looks at the log's size now and then; ends by itself should the keeper be killed.
(while sleep 5 && kill -0 "$$" 2>/dev/null; do echo tick >&3; done) &

trap 'echo "stop 10" >&3' TERM INT HUP

signal_engine() {
  if [ -f pid ]; then
    read -r engine <pid
    # With -s: dash takes no "--" after "-TERM".
    kill -s "$1" -- "-$engine" 2>/dev/null
  else
    # It is only just starting: try again in a moment.
    (sleep 1 && echo "$2" >&3) &
  fi
}

while :; do
  word=
  read -r word argument <&3 || continue
  case $word in
    stop)
      signal_engine TERM "stop $argument"
      (sleep "$argument" && echo kill >&3) &
      ;;
    kill)
      signal_engine KILL kill
      ;;
    tick)
      size=$(stat -c %s engine.log 2>/dev/null || echo 0)
      if [ "$size" -gt "$max" ]; then
        # The engine appends, so that it goes on at the start of the emptied file.
        cp engine.log engine.log.1 2>/dev/null
        : >engine.log
      fi
      ;;
    exited)
      break
      ;;
  esac
done

# Should the next keeper have taken over the folder already, what lies there is not ours to end.
if [ control -ef /proc/self/fd/3 ] && [ -f pid ]; then
  read -r engine <pid
  kill -s KILL -- "-$engine" 2>/dev/null
fi
for environment in $(grep -ls "REMUDA_KEEPER=$nonce" /proc/[0-9]*/environ 2>/dev/null); do
  stray=${environment#/proc/}
  kill -KILL "${stray%/environ}" 2>/dev/null
done
[ ! control -ef /proc/self/fd/3 ] || rm -f control
# The ticker and the timers of our own group.
trap '' TERM
kill -TERM 0
exit 0
