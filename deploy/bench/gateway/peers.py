"""What is measured: the programs of a run, their ports, and what they take of the machine."""

import collections
import http.client
import os
import resource
import shutil
import signal
import socket
import subprocess
import time

WORK = os.environ.get("BENCH_WORK", ".")
TICK = os.sysconf("SC_CLK_TCK")
CPUS = len(os.sched_getaffinity(0))
SIGNALS = signal.SIGTERM, signal.SIGINT, signal.SIGHUP
ENGINE, NGINX, HAPROXY, ONE, FRONT, TWO, PORTKEY, SLOW, PAIR = range(27101, 27110)
PAIR_B, OLD_ONE, OLD_FRONT, OLD_TWO = range(27110, 27114)

# A slow engine: so many requests at once, each for so long. Far below what the machine can do.
SLOTS, SERVICE_MS = 8, 40
# Of each engine of a pair: more than are ever under way, so that none is refused for want of one.
PAIR_SLOTS = 1000

NGINX_CONF = """
worker_processes {cpus};
pid {work}/nginx.pid;
error_log {work}/nginx.err;
daemon off;
worker_rlimit_nofile 20000;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f;
  uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;
  upstream engine {{ server 127.0.0.1:{engine}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 600s;
    }}
  }}
}}
"""

HAPROXY_CONF = """
global
  maxconn 9000
  nbthread {cpus}
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  option http-no-delay
  http-reuse always
frontend bench
  bind 127.0.0.1:{port}
  default_backend engine
backend engine
  server engine 127.0.0.1:{engine} pool-max-conn 2048
"""


class Fault(Exception):
    """Something could not be measured, and why."""


class Peer:
    """One of those that are compared: where it listens, and the processes that its time is of."""

    def __init__(self, name, port, processes, key="none", headers=()):
        self.name, self.port, self.key, self.headers = name, port, key, headers
        self.processes = processes

    def pids(self):
        return [each.pid for each in self.processes]


class Fleet:
    """All programs of a run. Ends what it started and nothing else."""

    def __init__(self):
        self.started = []
        self.skipped = []

    def __enter__(self):
        # A signal must not leave anything behind. One that nohup or a shell keeps away stays so.
        for each in SIGNALS:
            if signal.getsignal(each) != signal.SIG_IGN:
                signal.signal(each, self.stopped)
        return self

    @staticmethod
    def stopped(number, _):
        deaf()
        raise SystemExit(128 + number)

    def __exit__(self, *_):
        deaf()
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name, port, *command, seconds=20, **more):
        """Starts what listens at a port, and waits until it does."""
        if listens(port):
            raise Fault(f"{name} needs port {port} of 127.0.0.1, which is taken; end what uses it")
        with open(f"{WORK}/{name}.log", "wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more)
        self.started.append(process)
        until(lambda: listens(port) or process.poll() is not None, seconds)
        if process.poll() is not None or not listens(port):
            raise Fault(f"{name} did not start:\n{self.log(name)}")
        return process

    def loader(self, *command):
        """A loader whose output and errors are for the caller to read."""
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.started = [each for each in self.started if each.poll() is None] + [process]
        return process

    def engine(self, port, *slow):
        return self.start(f"engine-{port}", port, f"{WORK}/fake_engine", str(port), *map(str, slow))

    def node(self, name, build, what, port, *arguments):
        """A JVM of a build with the flags of the launcher; waits until it serves and tells its key."""
        home = os.environ.get("JAVA_HOME")
        java = f"{home}/bin/java" if home else "java"
        flags = os.environ.get("REMUDA_JAVA_OPTS", "").split()
        if "JFR" in os.environ:
            flags.append(f"-XX:StartFlightRecording=settings=profile,filename={os.environ['JFR']}/{name}.jfr")
        process = self.start(
            name,
            port,
            java,
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
            *flags,
            "-cp",
            build,
            "io.remuda.deploy.bench.BytePathNode",
            *map(str, (what, port, *arguments)),
            seconds=60,
        )
        until(lambda: "ready\n" in self.log(name) or process.poll() is not None, 60)
        words = self.log(name).split()
        if "ready" not in words:
            raise Fault(f"{name} did not start:\n{self.log(name)}")
        return process, words[words.index("key") + 1] if "key" in words else "none"

    def log(self, name):
        with open(f"{WORK}/{name}.log", encoding="utf-8", errors="replace") as log:
            return log.read()

    def proxy(self, name, port, text, *command):
        """nginx or HAProxy, where it is installed."""
        if not shutil.which(command[0]):
            self.skipped.append(name)
            return []
        path = f"{WORK}/{name}.conf"
        with open(path, "w", encoding="utf-8") as conf:
            conf.write(text.format(cpus=CPUS, work=WORK, port=port, engine=ENGINE))
        return [Peer(name, port, [self.start(name, port, *command, path)])]

    def portkey(self):
        folder = os.path.join(os.environ.get("PORTKEY", "/nowhere"), "node_modules/@portkey-ai/gateway")
        server = f"{folder}/build/start-server.js"
        if not os.path.exists(server) or not shutil.which("node"):
            self.skipped.append("portkey")
            return []
        process = self.start(
            "portkey",
            PORTKEY,
            "node",
            server,
            f"--port={PORTKEY}",
            "--headless",
            env={**os.environ, "NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"},
        )
        headers = (
            ("x-portkey-provider", "openai"),
            ("x-portkey-custom-host", f"http://127.0.0.1:{ENGINE}/v1"),
        )
        return [Peer("portkey", PORTKEY, [process], headers=headers)]


def deaf():
    """What ends everything is not interrupted."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def listens(port):
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex(("127.0.0.1", port)) == 0


def metered(peer):
    """Metering costs something: it must be on in what is measured."""
    asking = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=10)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {peer.key}"}
    asking.request("POST", "/v1/chat/completions", '{"model":"bench","messages":[]}', headers)
    answer = asking.getresponse()
    told = answer.headers.get_all("x-ratelimit-limit-requests", [])
    asking.close()
    if answer.status != 200 or len(told) != 1:
        raise Fault(
            f"{peer.name} does not meter: it answered {answer.status} with"
            f" {len(told)} of x-ratelimit-limit-requests in place of one")


def until(true, seconds):
    """Waits for it; whether it came."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def family(pid):
    """A process and its children, as those of nginx are."""
    all_of_it = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                all_of_it += [int(child) for child in children.read().split()]
    except OSError:
        pass  # It has ended.
    return all_of_it


def cpu_seconds(pids):
    """Processor time that the processes have used."""
    ticks = 0
    for each in (member for pid in pids for member in family(pid)):
        try:
            with open(f"/proc/{each}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return ticks / TICK


def rss_mib(pids):
    """Memory that the processes have of the machine, in MiB."""
    kib = 0
    for each in (member for pid in pids for member in family(pid)):
        try:
            with open(f"/proc/{each}/status", encoding="ascii") as status:
                kib += next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)
        except OSError:
            pass
    return kib / 1024


def busy_seconds():
    """Processor time that anybody has used."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def own_seconds():
    """Processor time of this program, and of the loaders that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


Reading = collections.namedtuple("Reading", "peer others own busy")


class Watch:
    """
    The processor time of a peer in a sample, and the part of the machine that others used. A loader
    that runs already has used some, and is counted as a whole once it was waited for.
    """

    def __init__(self, peer, others, loaders=()):
        self.peer, self.others = peer, others
        self.began, first = time.monotonic(), self.reading()
        self.read = first._replace(own=first.own + cpu_seconds(loaders))

    def reading(self):
        return Reading(
            cpu_seconds(self.peer.pids()), cpu_seconds(self.others), own_seconds(), busy_seconds())

    def end(self):
        took = time.monotonic() - self.began
        peer, others, own, busy = (now - then for now, then in zip(self.reading(), self.read))
        return peer, max(0.0, busy - peer - others - own) / took / CPUS


def quiet(seconds):
    """Waits a moment for a machine on which nobody else works."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = busy_seconds()
        time.sleep(0.25)
        if (busy_seconds() - before) / 0.25 / CPUS < 0.2:
            return
