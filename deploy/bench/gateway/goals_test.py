"""Tests of what deploy/bench/gateway.sh says of gateways, and of how it begins and ends."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import main
import peers
import report
import samples
import scenes

HERE = os.path.dirname(os.path.abspath(__file__))


def part(sent=100, admitted=100, p99=50.0, refused=0, refused_p99=None, lost=0, seconds=()):
    return {"sent": sent, "admitted": admitted, "p50_ms": p99, "p99_ms": p99, "refused": refused,
            "refused_p99_ms": refused_p99, "others": 0, "lost": lost, "seconds": list(seconds)}


DEAD = part(admitted=0, p99=None, lost=100)


def overload(once, tenfold, after):
    return {"once": once, "tenfold": tenfold, "after": after, "rss_once": 100.0,
            "rss_tenfold": 100.0, "recovered_s": scenes.recovered(once, after)}


def rows(over, wait="none"):
    goals = report.Goals()
    report.overload_goals(over, wait, goals)
    return {row[0].split(", ", 1)[1].split(":")[-1].strip(): row[-2:] for row in goals.rows}


def plain(peer, errors=0, rate=100.0):
    return {"kind": "plain", "peer": peer, "n": 64, "rate": rate, "p50": 10.0, "p99": 20.0,
            "cpu": 5.0, "errors": errors, "foreign": 0.0, "round": 0}


def plain_rows(*taken):
    goals = report.Goals()
    report.plain_goals(report.Samples(list(taken)), goals)
    return {row[0]: row[-2:] for row in goals.rows}


class OverloadTest(unittest.TestCase):
    def test_a_dead_gateway_meets_no_goal(self):
        for once in (part(), DEAD):
            seen = rows(overload(once, DEAD, {**DEAD, "seconds": [DEAD] * 5}))
            self.assertEqual(seen["p99 of the admitted against 1x"], ["none admitted", "NO"])
            self.assertEqual(seen["p99 of refusals after the wait, ms"], ["none", ""])
            self.assertEqual(seen["neither admitted nor refused"][1], "NO")
            self.assertEqual(seen["p99 within 1.5 of before, s"], ["not in 5", "NO"])

    def test_one_that_ends_has_not_kept_its_memory(self):
        over = overload(part(), part(), part(seconds=[part()] * 5))
        self.assertEqual(rows({**over, "rss_tenfold": 0})["growth of memory"], ["it has ended", "NO"])

    def test_one_that_admits_and_refuses_in_time_meets_all(self):
        tenfold = part(1000, 100, 60.0, 900, 20.0)
        seen = rows(overload(part(), tenfold, part(seconds=[part()] * 5)))
        self.assertEqual({met for _, met in seen.values()}, {"aim"})

    def test_who_may_wait_is_refused_that_much_later(self):
        over = overload(part(), part(refused=900, refused_p99=1030.0), part(seconds=[part()]))
        what = "p99 of refusals after the wait, ms"
        self.assertEqual((rows(over, "1")[what], rows(over)[what]), (["30", "aim"], ["1030", "NO"]))

    def test_seconds_of_few_admitted_are_no_recovery(self):
        few = part(100, 5, 40.0, 95, 5.0)
        self.assertEqual(scenes.recovered(part(), part(seconds=[DEAD, few, part(), part()])), 2)
        self.assertIsNone(scenes.recovered(part(), part(seconds=[few] * 9)))

    def test_what_failed_is_not_measured(self):
        self.assertEqual({seen for seen, _ in rows(None).values()}, {"not measured"})


class SamplesTest(unittest.TestCase):
    RATE = "one JVM, 64 connections: requests/s against nginx"

    def test_errors_meet_no_goal(self):
        good = plain_rows(plain("nginx"), plain("one"))
        bad = plain_rows(plain("nginx"), plain("one", errors=3))
        self.assertEqual((good[self.RATE], bad[self.RATE]), (["1.00", "aim"], ["1.00, 3 errors", "NO"]))

    def test_a_peer_with_errors_is_no_measure(self):
        self.assertEqual(
            plain_rows(plain("nginx", errors=1), plain("one"))[self.RATE], ["not measured", ""])

    def test_no_answer_at_all_is_an_error(self):
        nothing = samples.measured(0, 0.1, 0.0, 0.0, 0)
        self.assertEqual(nothing, {"cpu": None, "p50": None, "p99": None, "errors": 1})
        seen = plain_rows(plain("nginx"), {**plain("one", rate=0.0), **nothing})
        self.assertEqual(seen["one JVM, 64 connections: p99/p50"], ["none, 1 errors", "NO"])


class StreamLoadTest(unittest.TestCase):
    """The loader itself, at an engine that is late on purpose. Events are due each 20 ms."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.loader = f"{folder.name}/stream_load"
        subprocess.run(
            ["cc", "-O2", "-o", cls.loader, f"{HERE}/../stream_load.c"], check=True, timeout=60)

    def seen(self, wait, step):
        """What is told of one stream after the other, whose engine waits and then sends in steps."""
        with peers.socket.create_server(("127.0.0.1", 0)) as engine:
            threading.Thread(target=self.serve, args=(engine, wait, step), daemon=True).start()
            output = subprocess.run(
                [self.loader, str(engine.getsockname()[1]), "1", "3", "10", "20000"],
                capture_output=True, text=True, check=True, timeout=30).stdout
        return json.loads(output.splitlines()[-1])

    def serve(self, engine, wait, step):
        client, _ = engine.accept()
        with client, contextlib.suppress(OSError):
            while client.recv(4096):
                time.sleep(wait)
                for number in range(10):
                    last = "data: [DONE]" if number == 9 else ""
                    event = f'"content":"T{time.monotonic_ns()}"{last}'.encode()
                    head = b"HTTP/1.1 200 OK\r\n\r\n" if number == 0 else b""
                    end = b"0\r\n\r\n" if last else b""
                    client.sendall(head + b"%x\r\n%s\r\n" % (len(event), event) + end)
                    if not last:
                        time.sleep(step)

    def test_a_slow_stream_has_not_carried_all(self):
        self.assertLess(self.seen(0.02, 0.04)["carried"], 0.6)

    def test_the_wait_for_a_first_event_is_told_by_itself(self):
        # Twice as fast as it is due, so that a busy machine makes it no slower than that.
        seen = self.seen(0.5, 0.01)
        self.assertGreater(seen["carried"], 0.9)
        self.assertGreater(seen["first_p50_ms"], 475)
        self.assertEqual(seen["errors"], 0)

    def test_one_that_never_has_a_first_event_is_an_error(self):
        seen = self.seen(60, 0.02)
        self.assertEqual((seen["carried"], seen["events"], seen["errors"]), (0, 0, 1))


class RunTest(unittest.TestCase):
    def test_what_was_measured_is_shown_though_a_later_part_fails(self):
        run = main.Run.__new__(main.Run)
        run.faults, run.waits = [], ["none"]

        def fails():
            raise peers.Fault("open_load failed (1): no such host")

        def play_into(taken, played):
            taken.append(plain("one"))
            run.scene(played, "overload none", fails)
            run.scene(played, "kill one", lambda: {"sent": 9, "failed": 0})
            raise peers.Fault("wrk failed")

        run.play_into = play_into
        said = io.StringIO()
        with contextlib.redirect_stdout(said), self.assertRaisesRegex(peers.Fault, "wrk failed"):
            run.play()
        self.assertEqual(run.faults, ["overload none"])
        self.assertIn("overload none NOT MEASURED: open_load failed (1): no such host", said.getvalue())
        self.assertRegex(said.getvalue(), r"failed of 9 .* 0 +\| aim")
        self.assertRegex(said.getvalue(), r"\| 64 +\| one +\| 100 ")


class FleetTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        peers.WORK = folder.name

    def test_what_ends_or_finds_its_port_taken_has_not_started(self):
        with peers.socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with self.assertRaisesRegex(peers.Fault, "taken"):
                peers.Fleet().start("late", port, "true")
        with self.assertRaisesRegex(peers.Fault, "did not start:\nno room"):
            peers.Fleet().start("sad", port, "sh", "-c", "echo no room; exit 1")

    def test_each_signal_ends_what_was_started(self):
        program = (
            "import peers, time\n"
            "with peers.Fleet() as fleet:\n"
            "    print(fleet.loader('sleep', '60').pid, flush=True)\n"
            "    time.sleep(60)\n")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with subprocess.Popen([sys.executable, "-B", "-c", program], cwd=HERE,
                                  stdout=subprocess.PIPE, text=True) as run:
                loader = int(run.stdout.readline())
                run.send_signal(number)
                self.assertEqual(run.wait(20), 128 + number)
                with self.assertRaises(ProcessLookupError):
                    os.kill(loader, 0)


if __name__ == "__main__":
    unittest.main()
