"""One work, server after server, round after round. All stay up, and only the one that is measured is loaded."""
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from statistics import median

import table
from measure import Target
from servers import NAMES, Unavailable

STARTS = 5
PART_OF_CAPACITY = 0.6


def of_work(asked, setup, shop, work):
    """The table of a work."""
    figures = {name: defaultdict(list) for name in NAMES if name in asked.servers and name in work.servers}
    with started(figures, setup, shop, work) as targets:
        whole = work.latency and not asked.quick
        if whole:
            time.sleep(10)
            note(figures, targets, lambda target: {"idle": target.server.resident_mb()})
        for target in targets.values():
            target.warm(asked.warm)
        for _ in range(asked.rounds):
            note(figures, targets, lambda target: target.closed(asked.seconds))
        note(figures, targets, lambda target: {"loaded": target.server.resident_mb()})
        if whole:
            latencies(asked, figures, targets)
        note(figures, targets, lambda target: {"allocated": target.allocated()})
    if whole:
        starts(figures, setup, shop, work)
    return table.of_work(figures)


def note(figures, targets, look):
    for name, target in targets.items():
        for key, value in look(target).items():
            if value is not None:
                figures[name][key].append(value)


def latencies(asked, figures, targets):
    """At the same part of what each can do, and at the same rate for all, which the slowest can stand."""
    own = {name: PART_OF_CAPACITY * median(figures[name]["rps"]) for name in targets}
    for _ in range(asked.rounds):
        for whose, rate in (("own", own.get), ("same", lambda name: min(own.values()))):
            note(figures, targets, lambda target: {
                f"{whose}_{key}": value
                for key, value in target.at_rate(rate(target.server.name), asked.seconds).items()})
    for name in targets:
        figures[name]["own_rate"], figures[name]["same_rate"] = [own[name]], [min(own.values())]


def starts(figures, setup, shop, work):
    """Each start is a process of its own; the first ones are there already."""
    for _ in range(STARTS - 1):
        for name in figures:
            if not figures[name]:
                continue
            target = Target(setup, work, shop.server(name, work, 512, setup.folder))
            try:
                figures[name]["start"].append(target.start() * 1000)
            finally:
                target.server.stop()


@contextmanager
def started(figures, setup, shop, work):
    """Servers that answer, by name. Floors start last: they answer as many bytes as a real server."""
    targets, answer_bytes = {}, 512
    try:
        for name in sorted(figures, key=lambda name: name.startswith("floor")):
            try:
                target = Target(setup, work, shop.server(name, work, answer_bytes, setup.folder))
            except Unavailable as why:
                print(f"LEFT OUT: {name}: {why}", file=sys.stderr, flush=True)
                continue
            targets[name] = target
            figures[name]["start"].append(target.start() * 1000)
            answer_bytes = len(target.ask()[1])
        yield targets
    finally:
        for target in targets.values():
            target.server.stop()
