"""The servers: how each is started, and what the kernel knows of its process."""
import ctypes
import http.client
import os
import resource
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import builds

# Ten thousand connections at once; Node leaves this limit as it is.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
TICKS = os.sysconf("SC_CLK_TCK")
LIVEKIT_URL = "wss://livekit.example.com"
JVM_OPTIONS = os.environ.get("KEYTURN_JAVA_OPTS", "").split()
NAMES = ["keyturn-native", "keyturn-jvm17", "keyturn-jvm25", "floor-native", "floor-jvm17", "floor-jvm25",
         "go", "node", "express"]


class Unavailable(Exception):
    """A server that cannot be had here; the message says how it could."""


class Server:
    """One process, which answers tokens on a free port of 127.0.0.1 and prints to a file."""

    def __init__(self, name, command, environment, folder):
        self.name, self.folder = name, folder
        self.port, self.management_port = free_port(), free_port()
        self.command = command
        self.environment = environment(self.port, self.management_port)
        self.process = None

    def start(self, ask):
        """Seconds from exec to the first token; `ask` answers whether there was one."""
        with open(self.folder / f"{self.name}.out", "ab") as out:
            began = time.monotonic()
            self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stdout=out,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, preexec_fn=die_with_us)
        while not ask(self):
            if self.process.poll() is not None or time.monotonic() - began > 60:
                raise SystemExit(f"{self.name} did not answer with a token:\n{self.said()}")
            time.sleep(0.001)
        return time.monotonic() - began

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def said(self):
        return (self.folder / f"{self.name}.out").read_text(errors="replace")[-3000:]

    def forget_output(self):
        """Empties the file that it prints to, which would fill the disk with audit lines."""
        os.truncate(self.folder / f"{self.name}.out", 0)

    def cpu_seconds(self):
        """User and system time, with that of children that have ended."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS

    def resident_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def request(self, method, path, body=None, headers=None, port=None, timeout=5):
        """Status and body of one answer; status 0 if there was none."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def die_with_us():
    """The kernel ends the server when this program ends, however it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def java(version):
    """The `java` of a JDK: JAVA17_HOME, JAVA25_HOME, the one on PATH, or one beside it."""
    homes = [os.environ.get(f"JAVA{version}_HOME"), os.environ.get("JAVA_HOME")]
    found = shutil.which("java")
    if found:
        homes.append(Path(found).resolve().parents[1])
        homes.extend(sorted(Path(found).resolve().parents[2].glob(f"*{version}*")))
    for home in filter(None, homes):
        release = Path(home, "release")
        if release.exists() and f'JAVA_VERSION="{version}.' in release.read_text():
            return str(Path(home, "bin", "java"))
    raise Unavailable(f"no JDK {version} was found: set JAVA{version}_HOME")


def clean():
    """The environment without settings of Keyturn's or Quarkus' that the caller may have."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("KEYTURN_", "QUARKUS_", "LIVEKIT_", "JAVA_TOOL_OPTIONS"))}


class Shop:
    """Makes servers for a work."""

    def __init__(self, setup, app, native):
        self.setup, self.app, self.native = setup, app, native

    def server(self, name, work, answer_bytes, folder):
        kind, _, runtime = name.partition("-")
        if kind == "keyturn":
            program = self.program(runtime)
            ring = self.setup.ring(program, work)
            return Server(name, program, lambda *ports: self.keyturn(work, *ports) | ring, folder)
        if kind == "floor":
            program = [str(builds.floor(native=True))] if runtime == "native" else self.jar(runtime, builds.floor())
            return Server(name, program, lambda port, _: clean() | {
                "QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(port),
                "FLOOR_ANSWER_BYTES": str(answer_bytes)}, folder)
        command = {"go": lambda: [str(builds.go("go"))],
                   "node": lambda: ["node", str(builds.node() / "server.mjs")],
                   "express": lambda: ["node", str(builds.node() / "express.mjs")]}[name]()
        return Server(name, command, lambda port, _: clean() | self.setup.peer(work) | {
            "PORT": str(port), "NODE_ENV": "production", "LIVEKIT_URL": LIVEKIT_URL}, folder)

    def program(self, runtime):
        if runtime != "native":
            return self.jar(runtime, self.app / "quarkus-run.jar")
        if not self.native:
            raise Unavailable("no native executable: give one with --native, or build it (native/README.md)")
        return [str(self.native)]

    @staticmethod
    def jar(runtime, jar):
        return [java(int(runtime.removeprefix("jvm"))), *JVM_OPTIONS, "-jar", str(jar)]

    def keyturn(self, work, port, management_port):
        return clean() | self.setup.keyturn(work) | {
            "QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(port),
            "QUARKUS_MANAGEMENT_HOST": "127.0.0.1", "QUARKUS_MANAGEMENT_PORT": str(management_port),
            "KEYTURN_LIVEKIT_URL": LIVEKIT_URL}
