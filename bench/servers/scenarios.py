"""What happens on bad days: each is a table for the servers that were asked for."""
import threading
import time
from contextlib import contextmanager

import table
from rounds import started
from works import WORKS

CLIENTS = 10_000


@contextmanager
def warmed(asked, setup, shop, work):
    """One server after the other, ready."""
    with started({name: {"start": []} for name in asked.servers}, setup, shop, work) as targets:
        for target in targets.values():
            target.warm(asked.warm)
        yield targets.values()


def crowd(asked, setup, shop):
    """All clients of a LiveKit node that died come at once, each with a connection and a bearer token of its own."""
    rows = [("server", "bearer tokens", "round", "answers", "p50, ms", "p99, ms", "slowest, ms")]
    for name in ("rs256-cached", "rs256-uncached"):
        with warmed(asked, setup, shop, WORKS[name]) as targets:
            for number in range(asked.rounds):
                for target in targets:
                    seen = target.drive("-count", CLIENTS, "-connections", CLIENTS, "-fresh", "-timeout", "60s",
                                        strict=False)["all"]
                    for status, took in sorted(seen.items()):
                        rows.append((target.server.name, name.removeprefix("rs256-"), number + 1,
                                     f"{took['count']:,} x {status}", *times(took, "p50", "p99", "max")))
    return table.markdown(rows)


def overload(asked, setup, shop):
    """
    Twice as many requests as it can answer, of callers that are all new: what anonymous ones ask for is done before so
    many connections are open that anybody waits for long.
    """
    rows = [("server", "requests/s", "seconds", "answers", "p50, ms", "p99, ms", "slowest, ms")]
    half = asked.seconds / 2
    with warmed(asked, setup, shop, WORKS["es256-uncached"]) as targets:
        for target in targets:
            rate = 2 * target.closed(5)["rps"]
            with Health(target.server, half) as health:
                seen = target.drive("-rate", rate, "-seconds", asked.seconds, "-connections", 64, "-most", CLIENTS,
                                    "-window", f"{half}s", strict=False)["windows"]
            for number, (window, probes) in enumerate(zip(seen, health.windows, strict=True)):
                seconds = f"{number * half:g}-{(number + 1) * half:g}"
                for status, took in sorted(window.items()):
                    rows.append((target.server.name, f"{rate:,.0f}", seconds, f"{took['count']:,} x {status}",
                                 *times(took, "p50", "p99", "max")))
                for (path, status), took in sorted(probes.items()):
                    took.sort()
                    rows.append((target.server.name, path, seconds, f"{len(took)} x {status}", *(
                        f"{took[int(part * (len(took) - 1))]:.1f}" for part in (0.5, 0.99, 1))))
    return table.markdown(rows)


class Health:
    """Asks Keyturn's probes ten times a second meanwhile, and keeps their milliseconds for the first part and after."""

    def __init__(self, server, first):
        self.server, self.first, self.over = server, first, threading.Event()
        self.paths = ["/q/health/live", "/q/health/ready"] if server.name.startswith("keyturn") else []
        self.windows = [{}, {}]
        self.thread = threading.Thread(target=self.look)

    def look(self):
        start = time.monotonic()
        while not self.over.wait(0.1):
            for path in self.paths:
                began = time.monotonic()
                status, _ = self.server.request("GET", path, port=self.server.management_port)
                self.windows[began - start >= self.first].setdefault((path, status), []).append(
                    (time.monotonic() - began) * 1000)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def soak(asked, setup, shop):
    """Half of what it can, for long."""
    rows = [("server", "minute", "requests/s", "answers", "p50, ms", "p99, ms", "p99.9, ms", "resident, MB")]
    with warmed(asked, setup, shop, WORKS["cached"]) as targets:
        for target in targets:
            rate = target.closed(5)["rps"] / 2
            for minute in range(asked.minutes):
                seen = target.drive("-rate", rate, "-seconds", 60, "-connections", 64, strict=False)["all"]
                for status, took in sorted(seen.items()):
                    rows.append((target.server.name, minute + 1, f"{rate:,.0f}", f"{took['count']:,} x {status}",
                                 *times(took, "p50", "p99", "p999"), f"{target.server.resident_mb():.0f}"))
    return table.markdown(rows)


def times(took, *names):
    return [f"{took[name]:.2f}" for name in names]
