"""One run of deploy/bench/gateway.sh, which builds what this starts."""

import argparse
import os
import platform
import shutil
import sys
import time
import traceback

import peers
import report
import samples
import scenes

CONNECTIONS, STREAMS = (1, 16, 64), (64, 256, 512)
PARTS = "plain,streams,idle,kill,overload"
PEERS = "direct,nginx,haproxy,one,two,portkey"


class Length:
    """How long a run is."""

    def __init__(self, given):
        self.rounds, self.seconds = given.rounds, given.seconds
        self.connections, self.streams = CONNECTIONS, STREAMS
        self.stream_seconds, self.warm_up = 2 + 2 * given.seconds, int(os.environ.get("WARM_UP", "15"))
        self.quiet, self.idle, self.kill = 3, 4000, 8
        self.overload = int(os.environ.get("OVERLOAD", "300" if given.long else "60"))
        self.once, self.after = 20, 15
        if given.long:
            self.rounds = 5
        if given.short:
            self.rounds, self.seconds, self.connections, self.streams = 1, 1, (16,), (64,)
            self.stream_seconds, self.warm_up, self.quiet, self.idle, self.kill = 2, 1, 0, 200, 2
            self.overload, self.once, self.after = 2, 2, 2


def main():
    parser = argparse.ArgumentParser(prog="deploy/bench/gateway.sh")
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("seconds", nargs="?", type=int, default=3)
    parser.add_argument("--short", action="store_true", help="play each part once; not for figures")
    parser.add_argument("--long", action="store_true", help="5 rounds, 5 minutes of overload")
    length = Length(parser.parse_args())
    parts = os.environ.get("PARTS", PARTS).split(",")
    try:
        with peers.Fleet() as fleet:
            faults = Run(fleet, length, parts).play()
    except peers.Fault as fault:
        sys.exit(str(fault))
    if faults:
        sys.exit("not measured: " + ", ".join(faults))


class Run:
    """All programs of a run, and what is done with them."""

    def __init__(self, fleet, length, parts):
        self.fleet, self.length, self.parts = fleet, length, parts
        self.faults = []
        # How long clients may wait for a slot under overload: not at all, and some seconds.
        self.waits = os.environ.get("WAIT", "none,1").split(",")
        self.engine = fleet.engine(peers.ENGINE)
        fleet.engine(peers.SLOW, peers.SLOTS, peers.SERVICE_MS * 1000)
        self.pair = [self.one_of_a_pair(port) for port in (peers.PAIR, peers.PAIR_B)]
        url = "http://127.0.0.1:"
        models = (
            f"bench=100000@{url}{peers.ENGINE}",
            f"slow={peers.SLOTS}@{url}{peers.SLOW}",
            f"pair={peers.PAIR_SLOTS}@{url}{peers.PAIR},{url}{peers.PAIR_B}",
        )
        everybody = [peers.Peer("direct", peers.ENGINE, [])]
        everybody += fleet.proxy("nginx", peers.NGINX, peers.NGINX_CONF, "nginx", "-c")
        everybody += fleet.proxy("haproxy", peers.HAPROXY, peers.HAPROXY_CONF, "haproxy", "-db", "-f")
        ports = (peers.ONE, peers.FRONT, peers.TWO)
        everybody += remuda(fleet, os.environ["BENCH_CLASSPATH"], "", ports, models)
        for peer in everybody[-2:]:
            peers.metered(peer)
        two = everybody[-1]
        if "BEFORE" in os.environ:
            ports = (peers.OLD_ONE, peers.OLD_FRONT, peers.OLD_TWO)
            everybody += remuda(fleet, os.environ["BEFORE"], "-before", ports, models)
        everybody += fleet.portkey()
        wanted = os.environ.get("PEERS", PEERS).split(",")
        self.peers = [peer for peer in everybody if peer.name.removesuffix("-before") in wanted]
        # The edge alone is what a gateway is on a machine of its own.
        self.gateway = peers.Peer("gateway", two.port, two.processes[:1], two.key)

    def one_of_a_pair(self, port):
        return self.fleet.engine(port, peers.PAIR_SLOTS, 20_000)

    def play(self):
        """Plays all and shows what was measured, also when something fails; names what failed."""
        taken, played = [], {"rss": {}, "waits": self.waits}
        try:
            self.play_into(taken, played)
        finally:
            report.show(taken, played)
        return self.faults

    def play_into(self, taken, played):
        self.tell()
        time.sleep(1)
        played["rss"]["idle"] = peers.rss_mib(self.gateway.pids())
        for peer in self.peers:
            if peer.name.startswith(("one", "two")):  # The compiler's time is not what is measured.
                self.warm(peer)
        for number in range(self.length.rounds):
            # Nobody is always the first after another one.
            self.round(number, self.peers if number % 2 == 0 else self.peers[::-1], taken)
        played["rss"]["loaded"] = peers.rss_mib(self.gateway.pids())
        self.scenes(played)

    def tell(self):
        load = os.getloadavg()[0]
        print(f"# {peers.CPUS} processors, {platform.system()} {platform.release()}, load {load:.1f}")
        for name in self.fleet.skipped:
            print(f"skipped: no {name}")
        if "plain" in self.parts and not shutil.which("wrk"):
            print("skipped: no wrk, so nothing without streams is measured")
            self.parts = [part for part in self.parts if part != "plain"]

    def warm(self, peer):
        if "plain" in self.parts:
            samples.plain(self.fleet, peer, 16, self.length.warm_up, self.engine)
        samples.streams(self.fleet, peer, 64, max(2, self.length.warm_up // 3), self.engine)

    def round(self, number, order, taken):
        def take(sample, peer, size, seconds):
            if self.length.quiet:
                peers.quiet(self.length.quiet)
            seen = sample(self.fleet, peer, size, seconds, self.engine)
            taken.append({**seen, "round": number})
            print(samples.shown(taken[-1]), flush=True)

        if "plain" in self.parts:
            for connections in self.length.connections:
                for peer in order:
                    take(samples.plain, peer, connections, self.length.seconds)
        if "streams" in self.parts:
            for count in self.length.streams:
                for peer in order:
                    if peer.name != "portkey":
                        take(samples.streams, peer, count, self.length.stream_seconds)

    def scenes(self, played):
        by_name = {peer.name: peer for peer in self.peers}
        if "idle" in self.parts and "two" in by_name:
            self.scene(played, "idle", lambda: scenes.idle_streams(
                self.fleet, self.gateway, self.length.idle))
        for name in ("one", "two"):
            if "kill" in self.parts and name in by_name:
                self.scene(played, f"kill {name}", lambda: self.kill(by_name[name]))
        for wait in self.waits:
            if "overload" in self.parts and "one" in by_name:
                self.scene(played, f"overload {wait}", lambda: scenes.overload(
                    self.fleet, by_name["one"], wait,
                    self.length.once, self.length.overload, self.length.after))

    def scene(self, played, name, play):
        """One that fails is not measured; all others are."""
        try:
            seen = played[name] = play()
        except Exception as fault:  # Whatever it is, what was measured before is to be shown.
            self.faults.append(name)
            if not isinstance(fault, peers.Fault):
                traceback.print_exc()
            print(f"{name} NOT MEASURED: {fault}", flush=True)
            return
        for part, told in seen.items() if name.startswith("overload") else [("", seen)]:
            if isinstance(told, dict):
                told = {figure: value for figure, value in told.items() if figure != "seconds"}
                print(f"{name} {part} {told}", flush=True)

    def kill(self, peer):
        try:
            return scenes.kill_under_load(self.fleet, peer, self.pair[0], self.length.kill)
        finally:
            # It stands again for the next of those who are measured.
            if self.pair[0].poll() is not None:
                self.pair[0] = self.one_of_a_pair(peers.PAIR)


def remuda(fleet, build, mark, ports, models):
    """The byte path in one JVM and in two."""
    one, key = fleet.node(f"one{mark}", build, "one", ports[0], *models)
    front, _ = fleet.node(f"front{mark}", build, "front", ports[1], *models)
    edge, key_of_two = fleet.node(f"two{mark}", build, "edge", ports[2], ports[1], *models)
    return [
        peers.Peer(f"one{mark}", ports[0], [one], key),
        peers.Peer(f"two{mark}", ports[2], [edge, front], key_of_two),
    ]


if __name__ == "__main__":
    main()
