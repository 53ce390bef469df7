"""What is played once in a run: idle streams, an instance killed under load, and overload."""

import json
import os
import shutil
import subprocess
import threading
import time

import peers

MINUTE_US = 60_000_000


def idle_streams(peer, count):
    """
    Opens streams of which each has had one event and then nothing, and tells what one takes: the
    growth of the process, and of what lives in its heap, which fits into what it had before.
    """
    heap = live_heap_kib(peer)
    before = peers.rss_mib(peer.pids())
    load = subprocess.Popen(
        [f"{peers.WORK}/stream_load", *map(str, (peer.port, count, 120, 100, 10 * MINUTE_US)), peer.key],
        stdout=subprocess.PIPE, text=True)
    stuck = threading.Timer(60, load.kill)
    stuck.start()
    opened = load.stdout.readline().strip() == "open"
    stuck.cancel()
    seen = {"count": count, "opened": opened}
    if opened:
        time.sleep(1)
        seen["rss_kib"] = (peers.rss_mib(peer.pids()) - before) * 1024 / count
        if heap is not None:
            seen["heap_kib"] = max(0.0, (live_heap_kib(peer) or 0) - heap) / count
            seen["rss_kib"] = (peers.rss_mib(peer.pids()) - before) * 1024 / count
    load.kill()
    load.wait()
    return seen


def live_heap_kib(peer):
    """What is alive in the heap of a peer's JVM; nothing where there is no jcmd to ask."""
    home = os.environ.get("JAVA_HOME")
    jcmd = f"{home}/bin/jcmd" if home else shutil.which("jcmd")
    if not jcmd or not os.path.exists(jcmd):
        return None
    for _ in range(2):
        ask(jcmd, peer, "GC.run")
    used = 0
    for line in ask(jcmd, peer, "GC.heap_info").splitlines():
        words = line.replace(",", "").split()
        if "total" in words and "used" in words and not words[0].startswith(("Metaspace", "class")):
            used += int(words[words.index("used") + 1].rstrip("K"))
    return used


def ask(jcmd, peer, question):
    return subprocess.run(
        [jcmd, str(peer.pids()[0]), question], capture_output=True, text=True, check=False
    ).stdout


def open_load(peer, model, wait, *parts):
    """An open loop; what became of each of its parts, and of each second of those."""
    command = [f"{peers.WORK}/open_load", str(peer.port), model, peer.key, wait, *parts]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def parts_of(output):
    """For each part of an open loop its line, and in it its seconds."""
    parts = []
    for line in map(json.loads, output.splitlines()):
        if "part" in line:
            parts.append({**line, "seconds": []})
        else:
            parts[-1]["seconds"].append(line)
    return parts


def kill_under_load(fleet, peer, doomed, seconds):
    """Kills one of two engines in the middle of a load that the other one can carry."""
    load = open_load(peer, "pair", "none", f"200:{seconds}")
    time.sleep(seconds / 2)
    doomed.kill()
    doomed.wait()
    output, _ = load.communicate()
    part = parts_of(output)[0]
    failed = part["sent"] - part["admitted"]
    fleet.started.remove(doomed)
    return {"peer": peer.name, "sent": part["sent"], "failed": failed, "refused": part["refused"],
            "others": part["others"], "lost": part["lost"], "p99_ms": part["p99_ms"]}


def capacity(peer, seconds):
    """Requests a second that the slow engine does through a peer, asked by as many as it has slots."""
    script = f"{peers.WORK}/slow.lua"
    with open(script, "w", encoding="utf-8") as lua:
        lua.write(
            'wrk.method = "POST"\n'
            f'wrk.headers["Authorization"] = "Bearer {peer.key}"\n'
            "wrk.body = '{\"model\":\"slow\",\"messages\":[]}'\n"
            "done = function(summary)\n"
            '  io.write(string.format("RESULT %f\\n", summary.requests / summary.duration * 1e6))\n'
            "end\n"
        )
    output = subprocess.run(
        ["wrk", "-t1", f"-c{peers.SLOTS}", f"-d{seconds}s", "-s", script,
         f"http://127.0.0.1:{peer.port}/v1/chat/completions"],
        capture_output=True, text=True, check=True).stdout
    return next(float(line.split()[1]) for line in output.splitlines() if line.startswith("RESULT"))


def overload(peer, baseline_s, overload_s, after_s):
    """The capacity, then ten times of it, then the capacity again; memory is looked at all the time."""
    if shutil.which("wrk"):
        rate = capacity(peer, 3)
    else:
        rate = peers.SLOTS * 1000 / peers.SERVICE_MS
    memory = [[], [], []]
    load = open_load(
        peer, "slow", os.environ.get("WAIT", "none"),
        f"{rate:.1f}:{baseline_s}", f"{10 * rate:.1f}:{overload_s}", f"{rate:.1f}:{after_s}")
    part = -1

    def follow():
        nonlocal part
        for line in load.stderr:
            part = int(line.split()[1])

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    output = []
    reader = threading.Thread(target=lambda: output.append(load.stdout.read()), daemon=True)
    reader.start()
    while load.poll() is None:
        if part >= 0:
            memory[part].append(peers.rss_mib(peer.pids()))
        time.sleep(0.2)
    reader.join()
    once, tenfold, after = parts_of(output[0])
    return {
        "rate": rate, "once": once, "tenfold": tenfold, "after": after,
        "rss_once": max(memory[0]), "rss_tenfold": max(memory[1]),
        "recovered_s": recovered(once, after),
    }


def recovered(once, after):
    """Seconds after an overload until the p99 of a second was, and stayed, within 1.5 of before."""
    bound = 1.5 * once["p99_ms"]
    seconds = [second["p99_ms"] <= bound for second in after["seconds"]]
    # A single second has few requests: one of five may be out of bounds.
    for begin in range(len(seconds)):
        rest = seconds[begin : begin + 5]
        if seconds[begin] and sum(rest) >= 0.8 * len(rest):
            return begin
    return None
