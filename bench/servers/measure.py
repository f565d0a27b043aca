"""One look at one server, or one load on it."""
import json
import subprocess
import time
from pathlib import Path

from works import Work

HERE = Path(__file__).resolve().parent


class Target:
    """A server with the request of a work, ready to be asked."""

    def __init__(self, setup, work, server):
        self.setup, self.work, self.server = setup, work, server
        self.bearers = setup.bearers(work)
        self.body = setup.body(work)
        self.status = "201" if work.path == "/token" else "200"
        self.body_file = setup.folder / f"{work.name}.body"
        self.body_file.write_bytes(self.body)

    def ask(self, server=None):
        headers = {"Content-Type": self.work.content_type}
        if self.work.callers:
            with open(self.bearers) as bearers:
                headers["Authorization"] = "Bearer " + bearers.readline().strip()
        return (server or self.server).request("POST", self.work.path, self.body, headers)

    def start(self):
        """Starts the server and looks whether its token is what it should be; seconds to the first one."""
        seconds = self.server.start(lambda server: self.ask(server)[0] == int(self.status))
        if not self.server.name.startswith("floor"):
            self.check(json.loads(self.ask()[1]))
        return seconds

    def check(self, answer):
        if self.work.path == "/introspect":
            assert answer["active"], answer
            return
        claims, asked = self.setup.claims(answer["participant_token"]), self.work.asked
        video = claims["video"]
        rights = [video.get(right) for right in ("roomJoin", "canPublish", "canSubscribe", "canPublishData")]
        fit = (rights == [True] * 4 and 590 <= claims["exp"] - time.time() <= 610
               and claims.get("name") == asked.get("participant_name")
               and all(video.get("room") == room for room in [asked.get("room_name")] if room)
               and ("roomConfig" in claims) == ("room_config" in asked)
               and (not self.work.callers or claims["sub"] == "caller-0"))
        if not fit:
            raise SystemExit(f"{self.server.name}: the token of {self.work.name} is not the one asked for: {claims}")

    def warm(self, requests):
        """Until a JVM has compiled what it will; the others come to rest sooner."""
        usual = self.work.warm if "jvm" in self.server.name else min(self.work.warm, 30_000)
        if self.server.name.startswith("floor-jvm"):
            usual = max(usual, Work.warm)  # it verifies no signature, and so never needs fewer
        self.drive("-count", max(requests or usual, 2 * self.work.callers))

    def closed(self, seconds):
        """As many requests as sixteen connections bring about: requests a second, CPU seconds per 1,000 tokens."""
        before = self.server.cpu_seconds()
        said = json.loads(subprocess.run(
            ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", HERE / "work.lua", f"http://127.0.0.1:{self.server.port}",
             "--", self.work.path, self.work.content_type, self.body_file, self.bearers],
            check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        cpu = self.server.cpu_seconds() - before
        self.server.forget_output()
        if said["errors"]:
            raise SystemExit(f"{self.server.name} failed {said['errors']} times at {self.work.name}")
        return {"rps": said["requests"] / said["seconds"],
                "cpu": cpu / said["requests"] * 1000, "tokens": said["requests"] / cpu}

    def at_rate(self, rate, seconds):
        """p50, p99 and p99.9 in ms, and CPU, when so many requests a second come, whatever the server does."""
        before = self.server.cpu_seconds()
        seen = self.drive("-rate", rate, "-seconds", seconds, "-connections", 64)["all"][self.status]
        cpu = self.server.cpu_seconds() - before
        return {"cpu": cpu / seen["count"] * 1000} | {name: seen[name] for name in ("p50", "p99", "p999")}

    def drive(self, *how, strict=True):
        """What bench/servers/load saw; unless `strict`, also answers that are no token, and none at all."""
        seen = json.loads(subprocess.run(self.driver(*how), check=True, stdout=subprocess.PIPE).stdout)
        self.server.forget_output()
        if strict and list(seen["all"]) != [self.status]:
            raise SystemExit(f"{self.server.name} failed at {self.work.name}: {seen['all']}")
        return seen

    def driver(self, *how):
        return [str(part) for part in (
            self.setup.load, "drive", "-address", f"127.0.0.1:{self.server.port}", "-path", self.work.path,
            "-type", self.work.content_type, "-body", self.body_file, "-bearers", self.bearers, *how)]

    def allocated(self):
        """Bytes a token, over all threads; None where nobody can say."""
        requests = 15_000
        before = self.allocated_so_far()
        if before is None:
            return None
        self.drive("-count", requests)
        return (self.allocated_so_far() - before) / requests

    def allocated_so_far(self):
        if self.server.name == "go":
            return int(self.server.request("GET", "/allocated")[1])
        if "jvm" in self.server.name:
            return int(subprocess.run([self.server.command[0], HERE / "Allocated.java", str(self.server.process.pid)],
                                      check=True, stdout=subprocess.PIPE).stdout)
        return None
