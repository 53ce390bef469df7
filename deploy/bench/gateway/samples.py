"""The samples of a round: requests without streams by wrk, and streams, at one peer each."""

import json
import os
import subprocess

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
    summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def plain(peer, connections, seconds, engine):
    """Requests one after another on each of some connections."""
    script = f"{peers.WORK}/{peer.name}.lua"
    with open(script, "w", encoding="utf-8") as lua:
        headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in peer.headers)
        lua.write(LUA.format(key=peer.key, headers=headers))
    watch = peers.Watch(peer, [engine.pid])
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", script,
         f"http://127.0.0.1:{peer.port}/v1/chat/completions"],
        capture_output=True, text=True, check=False)
    cpu, foreign = watch.end()
    result = [line.split()[1:] for line in output.stdout.splitlines() if line.startswith("RESULT")]
    if not result:
        raise SystemExit(f"wrk failed at {peer.name}: {output.stdout}{output.stderr}")
    requests, rate, p50, p99, errors = map(float, result[0])
    return {
        "kind": "plain", "peer": peer.name, "n": connections, "rate": rate, "p50": p50, "p99": p99,
        "cpu": cpu * 1e6 / max(1, requests), "errors": int(errors), "foreign": foreign,
        "rss": peers.rss_mib(peer.pids()),
    }


def streams(peer, count, seconds, engine):
    """So many streams at a time, each of 50 events a second."""
    watch = peers.Watch(peer, [engine.pid])
    output = subprocess.run(
        [f"{peers.WORK}/stream_load", *map(str, (peer.port, count, seconds, 100, 20000)), peer.key],
        capture_output=True, text=True, check=False)
    cpu, foreign = watch.end()
    if not output.stdout:
        raise SystemExit(f"stream_load failed at {peer.name}: {output.stderr}")
    seen = json.loads(output.stdout)
    # The processor time is that of the warm-up and the dialling too, the events are not.
    events = seen["events"] * seconds / seen["seconds"]
    return {
        "kind": "streams", "peer": peer.name, "n": count, "carried": seen["carried"],
        "p50": seen["p50_ms"], "p99": seen["p99_ms"], "cpu": cpu * 1e6 / max(1, events),
        "errors": seen["errors"], "foreign": foreign, "rss": peers.rss_mib(peer.pids()),
    }


def shown(sample):
    """One line for each sample, so that a run can be looked at again."""
    mark = " FOREIGN" if sample["foreign"] > 0.15 else ""
    if sample["kind"] == "plain":
        return (
            f"plain {sample['round']} {sample['peer']} c={sample['n']} rps={sample['rate']:.0f}"
            f" p50us={sample['p50']:.0f} p99us={sample['p99']:.0f} cpu_us={sample['cpu']:.1f}"
            f" errors={sample['errors']} foreign={sample['foreign']:.2f}{mark}"
        )
    return (
        f"streams {sample['round']} {sample['peer']} n={sample['n']} carried={sample['carried']:.3f}"
        f" p50ms={sample['p50']} p99ms={sample['p99']} cpu_us={sample['cpu']:.1f}"
        f" errors={sample['errors']} foreign={sample['foreign']:.2f}{mark}"
    )
