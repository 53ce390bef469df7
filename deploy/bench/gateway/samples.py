"""The samples of a round: requests without streams by wrk, and streams, at one peer each."""

import json
import subprocess
import threading

import peers

LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {key}"
{headers}
wrk.body = '{{"model":"bench","messages":[{{"role":"user","content":"Say something of twelve words, please."}}]}}'
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %f %f %f %d\\n", summary.requests,
    (summary.requests - e.status) / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


# Of whatever has to end by itself: beyond the time that it was given.
PATIENCE = 30


def plain(_, peer, connections, seconds, engine):
    """Requests one after another on each of some connections. The rate is that of the good answers."""
    script = f"{peers.WORK}/{peer.name}.lua"
    with open(script, "w", encoding="utf-8") as lua:
        headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in peer.headers)
        lua.write(LUA.format(key=peer.key, headers=headers))
    watch = peers.Watch(peer, [engine.pid])
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", script,
         f"http://127.0.0.1:{peer.port}/v1/chat/completions"],
        capture_output=True, text=True, check=False, timeout=seconds + PATIENCE)
    cpu, foreign = watch.end()
    result = [line.split()[1:] for line in output.stdout.splitlines() if line.startswith("RESULT")]
    if not result:
        raise peers.Fault(f"wrk failed at {peer.name}: {output.stdout}{output.stderr}")
    requests, rate, p50, p99, errors = map(float, result[0])
    return {
        "kind": "plain", "peer": peer.name, "n": connections, "rate": rate,
        **measured(requests, cpu, p50, p99, errors),
        "foreign": foreign, "rss": peers.rss_mib(peer.pids()),
    }


def streams(fleet, peer, count, seconds, engine):
    """So many streams at a time, each of 50 events a second: 100 of them, and then the next stream."""
    load = fleet.loader(
        f"{peers.WORK}/stream_load", peer.port, count, seconds, 100, 20000, peer.key)
    stuck = threading.Timer(seconds + PATIENCE, load.kill)
    stuck.start()
    try:
        # Neither dialling nor the warm-up is measured, of the events nor of the processor time.
        began = load.stdout.readline().strip() == "measuring"
        watch = peers.Watch(peer, [engine.pid], [load.pid])
        output, told = load.communicate()
        cpu, foreign = watch.end()
    finally:
        stuck.cancel()
    if not began or load.returncode != 0:
        raise peers.Fault(f"stream_load failed at {peer.name} ({load.returncode}): {told}")
    seen = json.loads(output)
    return {
        "kind": "streams", "peer": peer.name, "n": count, "carried": seen["carried"],
        **measured(seen["events"], cpu, seen["p50_ms"], seen["p99_ms"], seen["errors"]),
        "first": seen["first_p50_ms"], "first_p99": seen["first_p99_ms"],
        "foreign": foreign, "rss": peers.rss_mib(peer.pids()),
    }


def measured(count, cpu, p50, p99, errors):
    """What was seen of so many; that there are none at all is an error, and no good figure."""
    if count == 0:
        return {"cpu": None, "p50": None, "p99": None, "errors": max(1, int(errors))}
    return {"cpu": cpu * 1e6 / count, "p50": p50, "p99": p99, "errors": int(errors)}


def shown(sample):
    """One line for each sample, so that a run can be looked at again."""
    mark = " FOREIGN" if sample["foreign"] > 0.15 else ""
    if sample["errors"]:
        mark += " ERRORS"
    if sample["kind"] == "plain":
        return (
            f"plain {sample['round']} {sample['peer']} c={sample['n']} rps={sample['rate']:.0f}"
            f" p50us={figure(sample['p50'], '.0f')} p99us={figure(sample['p99'], '.0f')}"
            f" cpu_us={figure(sample['cpu'], '.1f')}"
            f" errors={sample['errors']} foreign={sample['foreign']:.2f}{mark}"
        )
    return (
        f"streams {sample['round']} {sample['peer']} n={sample['n']} carried={sample['carried']:.3f}"
        f" p50ms={sample['p50']} p99ms={sample['p99']} firstms={sample['first']}"
        f" firstp99ms={sample['first_p99']} cpu_us={figure(sample['cpu'], '.1f')}"
        f" errors={sample['errors']} foreign={sample['foreign']:.2f}{mark}"
    )


def figure(value, form):
    return "none" if value is None else format(value, form)
