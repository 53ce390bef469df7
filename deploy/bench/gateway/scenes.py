"""What is played once in a run: idle streams, an instance killed under load, and overload."""

import json
import os
import shutil
import subprocess
import threading
import time

import peers

MINUTE_US = 60_000_000
# Beyond the time of a load: those of its requests that are under way at the end have 30 s.
PATIENCE = 60
# Of a second's requests, that of what was admitted before.
ADMITTED_AGAIN = 0.8


def idle_streams(fleet, peer, count):
    """
    Opens streams of which each has had one event and then nothing, and tells what one takes: the
    growth of the process, and of what lives in its heap, which fits into what it had before.
    """
    heap = live_heap_kib(peer)
    before = peers.rss_mib(peer.pids())
    load = fleet.loader(
        f"{peers.WORK}/stream_load", peer.port, count, 120, 100, 10 * MINUTE_US, peer.key)
    stuck = threading.Timer(60, load.kill)
    stuck.start()
    try:
        # "measuring" comes too, where they take longer than its warm-up.
        opened = any(line.strip() == "open" for line in load.stdout)
        stuck.cancel()
        if opened:
            time.sleep(1)
            seen = {"count": count, "rss_kib": (peers.rss_mib(peer.pids()) - before) * 1024 / count}
            if heap is not None:
                seen["heap_kib"] = max(0.0, (live_heap_kib(peer) or 0) - heap) / count
                seen["rss_kib"] = (peers.rss_mib(peer.pids()) - before) * 1024 / count
    finally:
        stuck.cancel()
        load.kill()
        _, told = load.communicate()
    if not opened:
        raise peers.Fault(f"the idle streams did not all begin: {told}")
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


class OpenLoad:
    """An open loop, of which `part` is played; what it says is taken from it as it comes."""

    def __init__(self, fleet, peer, model, wait, *parts):
        self.process = fleet.loader(
            f"{peers.WORK}/open_load", peer.port, model, peer.key, wait,
            *(f"{rate:.1f}:{seconds}" for rate, seconds in parts))
        self.count, self.part, self.output, self.told = len(parts), -1, [], []
        self.end = time.monotonic() + sum(seconds for _, seconds in parts) + PATIENCE
        self.readers = [
            threading.Thread(target=each, daemon=True) for each in (self.listen, self.follow)]
        for reader in self.readers:
            reader.start()

    def listen(self):
        self.output.extend(self.process.stdout)

    def follow(self):
        for line in self.process.stderr:
            if line.startswith("part "):
                self.part = int(line.split()[1])
            else:
                self.told.append(line)

    def runs(self):
        if time.monotonic() > self.end:
            self.process.kill()
        return self.process.poll() is None

    def parts(self):
        """Waits for its end; what became of each of its parts, and of each second of those."""
        while self.runs():
            time.sleep(0.05)
        for reader in self.readers:
            reader.join()
        parts = parts_of(self.output)
        if self.process.returncode != 0 or len(parts) != self.count:
            raise peers.Fault(f"open_load failed ({self.process.returncode}): {''.join(self.told)}")
        if self.told:
            print(f"open_load: {''.join(self.told).strip()}")
        return parts


def parts_of(lines):
    """For each part of an open loop its line, and in it its seconds."""
    parts = []
    for line in map(json.loads, lines):
        if "part" in line:
            parts.append({**line, "seconds": []})
        else:
            parts[-1]["seconds"].append(line)
    return parts


def kill_under_load(fleet, peer, doomed, seconds):
    """Kills one of two engines in the middle of a load that the other one can carry."""
    load = OpenLoad(fleet, peer, "pair", "none", (200, seconds))
    time.sleep(seconds / 2)
    doomed.kill()
    doomed.wait()
    part = load.parts()[0]
    failed = part["sent"] - part["admitted"]
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
        capture_output=True, text=True, check=True, timeout=seconds + PATIENCE).stdout
    rates = [float(line.split()[1]) for line in output.splitlines() if line.startswith("RESULT")]
    if not rates or rates[0] <= 0:
        raise peers.Fault(f"the capacity of {peer.name} is not known: {output}")
    return rates[0]


def overload(fleet, peer, wait, baseline_s, overload_s, after_s):
    """
    Most of the capacity, then ten times of the capacity, then most of it again; memory is looked at
    all the time. At all of the capacity a queue would grow already.
    """
    if shutil.which("wrk"):
        rate = capacity(peer, 3)
    else:
        rate = peers.SLOTS * 1000 / peers.SERVICE_MS
    most = 0.8 * rate
    memory = [[], [], []]
    load = OpenLoad(
        fleet, peer, "slow", wait, (most, baseline_s), (10 * rate, overload_s), (most, after_s))
    while load.runs():
        if load.part >= 0:
            memory[load.part].append(peers.rss_mib(peer.pids()))
        time.sleep(0.2)
    once, tenfold, after = load.parts()
    return {
        "rate": rate, "once": once, "tenfold": tenfold, "after": after,
        "rss_once": max(memory[0]), "rss_tenfold": memory[1][-1] and max(memory[1]),
        "recovered_s": recovered(once, after),
    }


def recovered(once, after):
    """
    Seconds after an overload until a second was, and stayed, as those before: as many admitted, and
    their p99 within 1.5 of what it was.
    """
    if not once["admitted"]:
        return None
    seconds = [as_before(once, second) for second in after["seconds"]]
    # A single second has few requests: one of five may be out of bounds.
    for begin in range(len(seconds)):
        rest = seconds[begin : begin + 5]
        if seconds[begin] and sum(rest) >= 0.8 * len(rest):
            return begin
    return None


def as_before(once, second):
    share = second["admitted"] / max(1, second["sent"])
    return (
        second["admitted"] > 0
        and share >= ADMITTED_AGAIN * once["admitted"] / once["sent"]
        and second["p99_ms"] <= 1.5 * once["p99_ms"]
    )
