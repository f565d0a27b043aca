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
    Twice as many requests as it can answer, of callers that are all new and sign slowly: what anonymous ones ask for is
    done before so many connections are open that anybody waits for long.
    """
    rows = [("server", "requests/s", "answers", "p50, ms", "p99, ms", "slowest, ms")]
    with warmed(asked, setup, shop, WORKS["es256-uncached"]) as targets:
        for target in targets:
            rate = 2 * target.closed(5)["rps"]
            with Health(target.server) as health:
                seen = target.drive("-rate", rate, "-seconds", asked.seconds, "-connections", 64,
                                    "-most", CLIENTS, strict=False)["all"]
            for status, took in sorted(seen.items()):
                rows.append((target.server.name, f"{rate:,.0f}", f"{took['count']:,} x {status}",
                             *times(took, "p50", "p99", "max")))
            for path, answers in health.answers.items():
                for status in sorted({status for status, _ in answers}):
                    took = sorted(seconds * 1000 for found, seconds in answers if found == status)
                    rows.append((target.server.name, path, f"{len(took)} x {status}", *(
                        f"{took[int(part * (len(took) - 1))]:.1f}" for part in (0.5, 0.99, 1))))
    return table.markdown(rows)


class Health:
    """Asks Keyturn's probes ten times a second meanwhile."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        paths = ["/q/health/live", "/q/health/ready"] if server.name.startswith("keyturn") else []
        self.answers = {path: [] for path in paths}
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.1):
            for path, answers in self.answers.items():
                began = time.monotonic()
                status, _ = self.server.request("GET", path, port=self.server.management_port)
                answers.append((status, time.monotonic() - began))

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
