#!/bin/sh
# The keeper of one engine: starts it in a session of its own, stays its parent, and ends it with
# everything that it started. It outlives the JVM that started it and obeys the next one, which
# writes to the pipe "control" in the instance's folder:
#   stop SECONDS   SIGTERM to the engine's process group, SIGKILL after that many seconds
#   kill           SIGKILL at once
#   own PID START  the JVM of this pid and start has the engine from now on
# It leaves in the folder: instance.json (written before the engine's program runs), pid, engine.log,
# cgroups, and at the end "exit" with the exit status (128 + n: ended by signal n) and, where the
# kernel ended something of the engine because it had reached MEMORY_MIB, "oom".
#
# usage: keeper.sh keep DIR MAX_LOG_BYTES ISOLATE(yes|no) NONCE MEMORY_MIB ORPHAN_SECONDS
#        OWNER_PID OWNER_START PROGRAM [ARGUMENT...]
# It exits with 72 or 73 when its pipe or the record could not be written; the engine's
# program was not run then.
#
# With root, the engine lives in a PID namespace: when it ends, the kernel ends all that it ever
# started. Where a cgroup can be made, it lives in one, and all of that is killed. Else its group is
# killed, and then every process that carries its nonce in its environment; only a process that both
# left the group and cleared its environment would escape.
#
# MEMORY_MIB limits what the engine may use, 0 for no limit; it needs a memory cgroup.
# When the JVM that has the engine has been gone for ORPHAN_SECONDS and no other one has taken the
# engine up, it is stopped; 0: never.
set -u
umask 077

# Field 22 of /proc/PID/stat: when the process started, in clock ticks since boot. With the pid it
# names a process for as long as the machine is up.
start_ticks() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  set -- ${stat##*) }
  # Dead, and only not yet waited for.
  [ "$1" != Z ] || return 1
  shift 19
  echo "$1"
}

# Makes a cgroup named $2 below $1 and says where; nothing where that is not allowed.
make_cgroup() {
  [ -d "$1" ] && [ -w "$1" ] && mkdir "$1/$2" 2>/dev/null && echo "$1/$2"
}

# A cgroup of version 2, by which everything in it can be killed at once, and which may limit memory.
make_unified() {
  below=$1$2
  [ -d "$below" ] || below=$1
  # What hands memory on may have no processes of its own, and here we are. So a limited one is made
  # next to us where that is a unit of systemd still, which is then left to us and limited as a whole.
  for place in "$below" "${below%/*}"; do
    case $place in "$below" | *.service | *.scope) ;; *) continue ;; esac
    [ "$4" = 0 ] || echo +memory 2>/dev/null >"$place/cgroup.subtree_control" || true
    made=$(make_cgroup "$place" "$3") || continue
    if [ "$4" = 0 ] || echo "$(($4 * 1048576))" 2>/dev/null >"$made/memory.max"; then
      echo "$made"
      return
    fi
    rmdir "$made"
  done
  make_cgroup "$below" "$3"
}

# Version 1 has memory in a hierarchy of its own.
make_memory() {
  below=$1$2
  [ -d "$below" ] || below=$1
  made=$(make_cgroup "$below" "$3") || return 1
  if echo "$(($4 * 1048576))" 2>/dev/null >"$made/memory.limit_in_bytes"; then
    echo "$made"
  else
    rmdir "$made"
  fi
}

# Says where the engine's cgroups are: name $1, memory in MiB $2.
make_cgroups() {
  unified="" limited=""
  while IFS=: read -r number controllers path; do
    [ "$number" != 0 ] || unified=${path%/}
    case ,$controllers, in *,memory,*) limited=${path%/} ;; esac
  done </proc/self/cgroup
  while read -r _ mount type options _; do
    case $type,$options, in
      cgroup2,*) make_unified "$mount" "$unified" "$1" "$2" ;;
      cgroup,*,memory,*) [ "$2" = 0 ] || make_memory "$mount" "$limited" "$1" "$2" ;;
    esac
  done </proc/self/mounts
}

# Ends with $1 before there is an engine.
leave() {
  for group in $groups; do
    rmdir "$group"
  done
  exit "$1"
}

# Whether the kernel has killed something in one of the cgroups because that had reached its limit.
# "oom_kill" alone counts those too that were killed for want of memory of the whole machine.
memory_ran_out() {
  for group in $groups; do
    for counts in "$group/memory.events" "$group/memory.oom_control"; do
      grep -qs '^oom_kill [1-9]' "$counts" || continue
      # Version 2 counts how often the limit left no way out, version 1 how often it was met.
      grep -qs '^oom [1-9]' "$counts" || grep -qs '^[1-9]' "$group/memory.failcnt" || continue
      return 0
    done
  done
  return 1
}

case ${1:-} in
  engine)
    # Becomes the engine: same pid, same start time, so that what is written here stays true.
    keeper=$2 isolated=$3 nonce=$4
    shift 4
    read -r pid _ </proc/self/stat
    echo 500 2>/dev/null >/proc/self/oom_score_adj || true
    boot=$(cat /proc/sys/kernel/random/boot_id)
    # 0 is whoever writes it.
    while read -r group; do
      [ -z "$group" ] || echo 0 2>/dev/null >"$group/cgroup.procs" || true
    done <cgroups
    # Each step counts: on a full disk the first may fail and the last not.
    {
      printf '{"pid":%s,"startTicks":%s,' "$pid" "$(start_ticks "$pid")" &&
        printf '"keeperPid":%s,"keeperStartTicks":%s,' "$keeper" "$(start_ticks "$keeper")" &&
        printf '"isolated":%s,"nonce":"%s","bootId":"%s","launch":' "$isolated" "$nonce" "$boot" &&
        cat launch.json &&
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

dir=$2 max=$3 isolate=$4 nonce=$5 memory=$6 orphan=$7 owner=$8 owner_start=$9
shift 9
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
rm -f control exit oom pid instance.json
groups=$(make_cgroups "remuda-$nonce" "$memory")
# For the JVM too, should we be killed. The loops below go by what is ours, not by the file, which
# may be the next keeper's by then.
echo "$groups" >cgroups || leave 73
mkfifo -m 600 control || leave 72
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
  code=$?
  ! memory_ran_out || echo "$memory" >oom
  echo "$code" >exit.tmp
  mv exit.tmp exit
  echo exited >&3
) &

# Has a look taken at log and owner now and then; ends by itself should the keeper be killed.
(while sleep 5 && kill -0 "$$" 2>/dev/null; do echo tick >&3; done) &

trap 'echo "stop 10" >&3' TERM INT HUP

# Whether the instance's folder was taken away: nothing says any more who the engine is.
is_homeless() {
  [ ! -f pid ] && [ ! -f launch.json ]
}

# Sends the signal $1; says $2 to itself in a moment where there is no engine yet.
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

alone=0
while :; do
  word=
  read -r word argument <&3 || continue
  case $word in
    stop)
      ! is_homeless || break
      signal_engine TERM again
      (sleep "$argument" && echo kill >&3) &
      ;;
    again)
      # No timer of its own: that of the word it repeats runs.
      ! is_homeless || break
      signal_engine TERM again
      ;;
    kill)
      ! is_homeless || break
      signal_engine KILL kill
      ;;
    tick)
      size=$(stat -c %s engine.log 2>/dev/null || echo 0)
      if [ "$size" -gt "$max" ]; then
        # The engine appends, so that it goes on at the start of the emptied file.
        cp engine.log engine.log.1 2>/dev/null
        : >engine.log
      fi
      alone=$((alone + 5))
      [ "$(start_ticks "$owner")" != "$owner_start" ] || alone=0
      if [ "$orphan" != 0 ] && [ "$alone" -gt "$orphan" ]; then
        alone=0
        echo "no JVM has had this engine for $orphan s: it is stopped" >>engine.log
        echo "stop 10" >&3
      fi
      ;;
    own)
      owner=${argument% *} owner_start=${argument#* }
      alone=0
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
for group in $groups; do
  echo 1 2>/dev/null >"$group/cgroup.kill" || true
done
for environment in $(grep -ls "REMUDA_KEEPER=$nonce" /proc/[0-9]*/environ 2>/dev/null); do
  stray=${environment#/proc/}
  kill -KILL "${stray%/environ}" 2>/dev/null
done
# A process that was just killed keeps its cgroup for a moment.
for group in $groups; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rmdir "$group" 2>/dev/null && break
    [ -d "$group" ] || break
    sleep 0.1
  done
done
status=0
[ -f instance.json ] || status=73
[ ! control -ef /proc/self/fd/3 ] || rm -f control
# The ticker and the timers of our own group.
trap '' TERM
kill -TERM 0
exit "$status"
