"""Medians of the rounds, ratios within each round, and the goals."""

import statistics

FOREIGN = 0.15
ORDER = ("direct", "nginx", "haproxy", "one", "one-before", "two", "two-before", "portkey")


class Samples:
    """All samples of a kind. Those in which others used the machine count only where all are so."""

    def __init__(self, taken):
        self.taken = taken

    def of(self, kind, peer, n):
        return [s for s in self.taken if (s["kind"], s["peer"], s["n"]) == (kind, peer, n)]

    def good(self, kind, peer, n):
        every = self.of(kind, peer, n)
        return [s for s in every if s["foreign"] <= FOREIGN] or every

    def median(self, kind, peer, n, figure):
        values = [s[figure] for s in self.good(kind, peer, n) if s[figure] is not None]
        return statistics.median(values) if values else None

    def errors(self, kind, peer, n):
        """Of all samples: errors are nobody else's doing."""
        return sum(s["errors"] for s in self.of(kind, peer, n))

    def against(self, kind, peer, other, n, combine):
        """
        The median of what `combine` makes of a peer's and another one's sample of the same round.
        Another one that had errors is no measure.
        """
        others = {s["round"]: s for s in self.of(kind, other, n) if peer == other or not s["errors"]}
        pairs = [(s, others[s["round"]]) for s in self.of(kind, peer, n) if s["round"] in others]
        good = [p for p in pairs if all(s["foreign"] <= FOREIGN for s in p)] or pairs
        values = [combine(own, foreign) for own, foreign in good]
        values = [value for value in values if value is not None]
        return statistics.median(values) if values else None

    def ratio(self, kind, peer, other, n, figure):
        return self.against(kind, peer, other, n, lambda a, b: quotient(a[figure], b[figure]))


def quotient(a, b):
    return None if a is None or not b else a / b


class Goals:
    """Rows of the last table."""

    def __init__(self):
        self.rows = []

    def low(self, what, must, aim, seen, form="{:.2f}", errors=0):
        """A figure that is good when it is small."""
        self.add(what, must, aim, seen, form, lambda bound: seen <= bound, errors)

    def high(self, what, must, aim, seen, form="{:.2f}", errors=0):
        """A figure that is good when it is large."""
        self.add(what, must, aim, seen, form, lambda bound: seen >= bound, errors)

    def add(self, what, must, aim, seen, form, holds, errors):
        """What is seen is a figure, or a word where there is none, or nothing. Errors meet no goal."""
        bounds = [form.format(must), form.format(aim)]
        if errors:
            shown = "none" if seen is None else form.format(seen)
            self.rows.append([what, *bounds, f"{shown}, {errors} errors", "NO"])
        elif seen is None:
            self.rows.append([what, *bounds, "not measured", ""])
        else:
            met = "aim" if holds(aim) else "must" if holds(must) else "NO"
            self.rows.append([what, *bounds, form.format(seen), met])

    def word(self, what, must, aim, word, met, form="{:.2f}"):
        """Where there is no figure, for a reason that is a result."""
        self.rows.append([what, form.format(must), form.format(aim), word, met])


def show(taken, played):
    everything = Samples(taken)
    marked = sum(s["foreign"] > FOREIGN for s in taken)
    print(f"\n{len(taken)} samples; in {marked} others used more than {FOREIGN:.0%} of the machine (*)")
    plain_table(everything)
    stream_table(everything)
    goals = Goals()
    plain_goals(everything, goals)
    stream_goals(everything, goals)
    scene_goals(played, goals)
    table(["goal", "must", "aim", "seen", "met"], goals.rows)


def sizes(everything, kind):
    return sorted({s["n"] for s in everything.taken if s["kind"] == kind})


def plain_table(everything):
    rows = []
    for n in sizes(everything, "plain"):
        for peer in ORDER:
            seen = Row(everything, "plain", peer, n)
            if seen.exists():
                rows.append([
                    n, seen.name(), seen.median("rate", "{:.0f}"), seen.median("p50", "{:.0f}"),
                    seen.median("p99", "{:.0f}"), seen.of_nginx("rate", "{:.2f}"),
                    seen.median("cpu", "{:.0f}"), seen.of_nginx("cpu", "{:.1f}"),
                    seen.median("foreign", "{:.2f}"), seen.errors(),
                ])
    table(["connections", "peer", "requests/s", "p50 us", "p99 us", "x nginx", "CPU us/request",
           "x nginx", "foreign", "errors"], rows)


def stream_table(everything):
    rows = []
    for n in sizes(everything, "streams"):
        for peer in ORDER:
            seen = Row(everything, "streams", peer, n)
            if seen.exists():
                rows.append([
                    n, seen.name(), seen.median("carried", "{:.1%}"), seen.median("p50", "{:.2f}"),
                    seen.median("p99", "{:.1f}"), seen.median("first", "{:.1f}"),
                    seen.median("first_p99", "{:.1f}"), seen.median("cpu", "{:.0f}"),
                    seen.of_nginx("cpu", "{:.1f}"), seen.median("foreign", "{:.2f}"), seen.errors(),
                ])
    table(["streams", "peer", "carried", "delay p50 ms", "p99 ms", "first after p50 ms", "p99 ms",
           "CPU us/event", "x nginx", "foreign", "errors"], rows)


class Row:
    """What a table shows of one peer."""

    def __init__(self, everything, kind, peer, n):
        self.everything, self.where = everything, (kind, peer, n)

    def exists(self):
        return bool(self.everything.of(*self.where))

    def name(self):
        foreign = any(s["foreign"] > FOREIGN for s in self.everything.of(*self.where))
        return self.where[1] + ("*" if foreign else "")

    def median(self, figure, form):
        # The engine's own time is not a proxy's.
        direct = figure == "cpu" and self.where[1] == "direct"
        return "" if direct else text(form, self.everything.median(*self.where, figure))

    def of_nginx(self, figure, form):
        kind, peer, n = self.where
        direct = figure == "cpu" and peer == "direct"
        return "" if direct else text(form, self.everything.ratio(kind, peer, "nginx", n, figure))

    def errors(self):
        return self.everything.errors(*self.where)


def plain_goals(everything, goals):
    one, two = ("one", "one JVM"), ("two", "two JVMs")
    for (peer, jvms), must, aim in ((two, 0.25, 0.40), (one, 0.45, 0.65)):
        for n in (16, 64):
            goals.high(f"{jvms}, {n} connections: requests/s against nginx", must, aim,
                       everything.ratio("plain", peer, "nginx", n, "rate"),
                       errors=everything.errors("plain", peer, n))
    for (peer, jvms), must, aim in ((one, 3, 2), (two, 5, 3)):
        for n in (16, 64):
            goals.low(f"{jvms}, {n} connections: CPU a request against nginx", must, aim,
                      everything.ratio("plain", peer, "nginx", n, "cpu"), "{:.1f}",
                      everything.errors("plain", peer, n))
    for peer, jvms in (one, two):
        spread = everything.against(
            "plain", peer, peer, 64, lambda a, _: quotient(a["p99"], a["p50"]))
        goals.low(f"{jvms}, 64 connections: p99/p50", 6, 3, spread, "{:.1f}",
                  everything.errors("plain", peer, 64))
    for (peer, jvms), must, aim in ((one, 180, 90), (two, 250, 130)):
        added = everything.against(
            "plain", peer, "direct", 1,
            lambda a, b: None if a["p50"] is None or b["p50"] is None else a["p50"] - b["p50"])
        goals.low(f"{jvms}, 1 connection: p50 added to direct, us", must, aim, added, "{:.0f}",
                  everything.errors("plain", peer, 1))
    for peer, jvms in (one, two):
        goals.high(f"{jvms}, 64 connections: requests/s against Portkey", 10, 20,
                   everything.ratio("plain", peer, "portkey", 64, "rate"), "{:.1f}",
                   everything.errors("plain", peer, 64))


def stream_goals(everything, goals):
    for peer, what, n, p50, p99, cpu in (
        ("one", "one JVM, 512 streams", 512, (1, 0.3), (20, 5), (2, 1.4)),
        ("two", "two JVMs, 256 streams", 256, (1, 0.5), (20, 8), (4, 2.5)),
    ):
        carried = everything.median("streams", peer, n, "carried")
        errors = everything.errors("streams", peer, n)
        goals.high(f"{what}: carried", 1, 1, None if carried is None else round(carried, 3), "{:.1%}",
                   errors)
        delays = [everything.median("streams", peer, n, figure) for figure in ("p50", "p99")]
        goals.low(f"{what}: event delay p50, ms", *p50, delays[0], errors=errors)
        goals.low(f"{what}: event delay p99, ms", *p99, delays[1], "{:.1f}", errors)
        goals.low(f"{what}: CPU an event against nginx", *cpu,
                  everything.ratio("streams", peer, "nginx", n, "cpu"), "{:.1f}", errors)


def scene_goals(played, goals):
    for wait in played["waits"]:
        overload_goals(played.get(f"overload {wait}"), wait, goals)
    for peer, jvms in (("one", "one JVM"), ("two", "two JVMs")):
        kill = played.get(f"kill {peer}")
        sent = f" of {kill['sent']}" if kill else ""
        # Where nothing was sent, nothing was shown.
        failed = kill["failed"] if kill and kill["sent"] else None
        goals.low(f"{jvms}, an engine killed under load: failed{sent}", 0, 0, failed, "{:.0f}")
    idle = played.get("idle") or {}
    each = idle.get("rss_kib")
    if each is not None:
        each = max(0.0, each) + idle.get("heap_kib", 0.0)
    goals.low(f"{idle.get('count', 4000)} idle streams: memory each, KiB", 64, 32, each, "{:.1f}")
    rss = played["rss"]
    goals.low("the gateway's byte path, idle: memory, MiB", 350, 250, rss.get("idle"), "{:.0f}")
    goals.low("the gateway's byte path, loaded: memory, MiB", 512, 350, rss.get("loaded"), "{:.0f}")


def overload_goals(over, wait, goals):
    """
    Those of clients that may wait or not. Who asked to wait is refused that much later. A gateway
    that admits nobody meets none of them.
    """
    who = "may not wait" if wait == "none" else f"may wait {wait} s"
    if over is None:
        for what, must, aim, form in OVERLOAD:
            goals.low(f"{who}, {what}", must, aim, None, form)
        return
    once, tenfold, after = over["once"], over["tenfold"], over["after"]
    waited = 0 if wait == "none" else float(wait) * 1000
    refused = tenfold["refused_p99_ms"]
    # What never recovered did not do so in all the time that was looked at.
    never = f"not in {len(after['seconds'])}"
    seen = (
        quotient(tenfold["p99_ms"], once["p99_ms"]) or "none admitted",
        "none" if refused is None else max(0.0, refused - waited),
        sum(part["others"] + part["lost"] for part in (once, tenfold, after)),
        quotient(over["rss_tenfold"], over["rss_once"]) or "it has ended",
        never if over["recovered_s"] is None else over["recovered_s"],
    )
    for (what, must, aim, form), figure in zip(OVERLOAD, seen):
        if isinstance(figure, str):
            # That nobody had to be refused is no fault, and no merit.
            goals.word(f"{who}, {what}", must, aim, figure, "" if figure == "none" else "NO", form)
        else:
            goals.low(f"{who}, {what}", must, aim, figure, form)


# What must be, and what is aimed at.
OVERLOAD = (
    ("overload 10x: p99 of the admitted against 1x", 2, 1.5, "{:.2f}"),
    ("overload 10x: p99 of refusals after the wait, ms", 100, 50, "{:.0f}"),
    ("before, at and after 10x: neither admitted nor refused", 0, 0, "{:.0f}"),
    ("overload 10x: growth of memory", 1.3, 1.2, "{:.2f}"),
    ("after it: p99 within 1.5 of before, s", 10, 10, "{:.0f}"),
)


def text(form, value):
    return "" if value is None else form.format(value)


def table(head, rows):
    """In the form of a page's table, with columns that a terminal shows in line too."""
    if not rows:
        return
    print()
    lines = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for number, line in enumerate(lines):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
