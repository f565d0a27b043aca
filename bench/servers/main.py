"""The command: what was asked for, round by round."""
import argparse
import signal
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import builds
import table
from measure import Target
from servers import NAMES, Shop, Unavailable
from setup import Setup
from works import WORKS


def main(arguments):
    asked = parsed(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not asked.no_build and any(name.startswith("keyturn-jvm") for name in asked.servers):
        builds.keyturn()
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        setup = Setup(Path(folder))
        shop = Shop(setup, asked.app.resolve(), asked.native and asked.native.resolve())
        for name in asked.work:
            work = WORKS[name]
            print(f"\n### {work.name}: {work.what}\n\n" + table.of_work(of_work(asked, setup, shop, work)), flush=True)


def parsed(arguments):
    parser = argparse.ArgumentParser(prog="bench/servers/run", description="Keyturn beside its peers, in one run.")
    parser.add_argument("--servers", type=names(NAMES), default=NAMES, help=",".join(NAMES))
    parser.add_argument("--work", type=names(WORKS), default=list(WORKS), help=",".join(WORKS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of load, each time")
    parser.add_argument("--quick", action="store_true", help="requests/s and CPU only, and RESULTS.md is left alone")
    parser.add_argument("--app", type=Path, default=builds.PROJECT / "target" / "quarkus-app",
                        help="the packaged program (target/quarkus-app)")
    parser.add_argument("--native", type=Path, default=next((builds.PROJECT / "target").glob("*-runner"), None),
                        help="the native executable (target/*-runner)")
    parser.add_argument("--no-build", action="store_true", help="takes the packaged program as it is")
    return parser.parse_args(arguments)


def names(known):
    def read(text):
        unknown = [name for name in text.split(",") if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there is {', '.join(known)}")
        return text.split(",")
    return read


def of_work(asked, setup, shop, work):
    """Server -> figure -> a value for each round."""
    figures = {name: defaultdict(list) for name in NAMES if name in asked.servers and name in work.servers}
    targets = {}
    try:
        started(figures, targets, setup, shop, work)
        for target in targets.values():
            target.warm()
        for _ in range(asked.rounds):
            for name, target in targets.items():
                for key, value in target.closed(asked.seconds).items():
                    figures[name][key].append(value)
                figures[name]["loaded"].append(target.server.resident_mb())
    finally:
        for target in targets.values():
            target.server.stop()
    return figures


def started(figures, targets, setup, shop, work):
    """Floors last: they answer as many bytes as a real server."""
    answer_bytes = 512
    for name in sorted(figures, key=lambda name: name.startswith("floor")):
        try:
            target = Target(setup, work, shop.server(name, work, answer_bytes, setup.folder))
        except Unavailable as why:
            print(f"LEFT OUT: {name}: {why}", file=sys.stderr, flush=True)
            continue
        targets[name] = target
        figures[name]["start"].append(target.start() * 1000)
        answer_bytes = len(target.ask()[1])
