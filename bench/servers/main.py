"""The command line."""
import argparse
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

import builds
import events
import results
import rounds
import scenarios
from servers import NAMES, Shop
from setup import Setup
from works import WORKS

SCENARIOS = {"crowd": scenarios.crowd, "overload": scenarios.overload, "soak": scenarios.soak,
             "events": events.events}


def main(arguments):
    asked = parsed(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not asked.no_build and any(name.startswith("keyturn-jvm") for name in asked.servers):
        builds.keyturn()
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        setup = Setup(Path(folder))
        shop = Shop(setup, asked.app.resolve(), asked.native and asked.native.resolve())
        for title, look in sections(asked, setup, shop).items():
            where = results.provenance(asked, arguments)
            print(f"## {title}\n\n{where}\n", flush=True)
            found = look()
            print(found, flush=True)
            results.write(title, f"{where}\n\n{found}", asked.quick)


def sections(asked, setup, shop):
    """What is looked at, by the titles that RESULTS.md has for it."""
    if asked.scenario:
        return {asked.scenario: lambda: SCENARIOS[asked.scenario](asked, setup, shop)}
    return {f"{name}: {WORKS[name].what}": partial(rounds.of_work, asked, setup, shop, WORKS[name])
            for name in asked.work}


def parsed(arguments):
    parser = argparse.ArgumentParser(prog="bench/servers/run", description="Keyturn beside its peers, in one run.")
    parser.add_argument("scenario", nargs="?", choices=SCENARIOS, help="instead of the works")
    parser.add_argument("--servers", type=names(NAMES), help=",".join(NAMES))
    parser.add_argument("--work", type=names(WORKS), default=list(WORKS), help=",".join(WORKS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, help="of each load (5; of overload and events 20)")
    parser.add_argument("--warm", type=int, help="requests to each server before anything is measured")
    parser.add_argument("--minutes", type=int, default=60, help="of the soak (60)")
    parser.add_argument("--quick", action="store_true",
                        help="requests/s and CPU only; the figures go to target/bench-servers.md")
    parser.add_argument("--app", type=Path, default=builds.PROJECT / "target" / "quarkus-app",
                        help="the packaged program (target/quarkus-app)")
    parser.add_argument("--native", type=Path, default=next((builds.PROJECT / "target").glob("*-runner"), None),
                        help="the native executable (target/*-runner)")
    parser.add_argument("--no-build", action="store_true", help="takes the packaged program as it is")
    asked = parser.parse_args(arguments)
    asked.seconds = asked.seconds or (20 if asked.scenario else 5)
    asked.servers = asked.servers or (["keyturn-jvm17"] if asked.scenario else NAMES)
    return asked


def names(known):
    def read(text):
        unknown = [name for name in text.split(",") if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there is {', '.join(known)}")
        return text.split(",")
    return read
