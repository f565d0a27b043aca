"""What happens behind Keyturn, and whether its clients notice: the ring is refreshed, the keys turn, Vault is away."""
import http.server
import re
import secrets
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import replace

import builds
import table
from rounds import started
from scenarios import times
from servers import clean, die_with_us, free_port
from setup import verified
from works import WORKS

REFRESHED = {"KEYTURN_RING_REFRESH": "1s"}
MEANWHILE = ["nothing", "a refresh each second", "a turn of the keys", "Vault hangs", "Vault is gone"]


def events(asked, setup, shop):
    """Half of what a server can, while nothing happens and while something does."""
    rows = [("server", "round", "meanwhile", "moves of the ring", "requests/s", "answers", "p50, ms", "p99, ms",
             "p99.9, ms", "slowest, ms")]
    program, rates = vault_program(), {}
    for number in range(asked.rounds):
        for what in MEANWHILE:
            for name in (name for name in asked.servers if name.startswith("keyturn")):
                with Vault(program, setup.folder) as vault, Node(setup) as node:
                    settings = vault.settings | {"nothing": {"KEYTURN_RING_REFRESH": "1h"}}.get(what, REFRESHED)
                    settings |= node.settings if what == "a turn of the keys" else {}
                    work = replace(WORKS["cached"], settings=settings)
                    with started({name: {"start": []}}, setup, shop, work) as targets:
                        target = targets[name]
                        target.warm(asked.warm)
                        rate = rates.setdefault(name, target.closed(5)["rps"] / 2)
                        before = ring_version(target.server)
                        with while_it(what, vault, node):
                            seen = target.drive("-rate", rate, "-seconds", asked.seconds,
                                                "-connections", 64, strict=False)["all"]
                        moves = ring_version(target.server) - before
                for status, took in sorted(seen.items()):
                    rows.append((name, number + 1, what, f"{moves:.0f}", f"{rate:,.0f}",
                                 f"{took['count']:,} x {status}", *times(took, "p50", "p99", "p999", "max")))
    return table.markdown(rows)


@contextmanager
def while_it(what, vault, node):
    """Two seconds after the load began it happens."""
    happens = {"a turn of the keys": node.accept_new_keys, "Vault is gone": vault.process.kill,
               "Vault hangs": lambda: vault.process.send_signal(signal.SIGSTOP)}.get(what)
    timer = threading.Timer(2, happens or (lambda: None))
    timer.start()
    yield
    timer.cancel()


def ring_version(server):
    _, metrics = server.request("GET", "/metrics", port=server.management_port)
    return next(float(line.split()[-1]) for line in metrics.decode().splitlines()
                if line.startswith("keyturn_ring_version"))


def vault_program():
    """As the tests come by theirs: README.md, Try it."""
    asked = subprocess.run(["java", "src/test/java/dev/keyturn/servers/ServerBinary.java", "vault"],
                           cwd=builds.PROJECT, stderr=subprocess.PIPE, text=True)
    print(asked.stderr, end="", flush=True)
    asked.check_returncode()
    return asked.stderr.split("vault is ")[1].rpartition(" (")[0]


class Vault:
    """A real one in memory, with a root token that is thrown away."""

    def __init__(self, program, folder):
        port, token = free_port(), "root-" + secrets.token_hex(16)
        self.settings = {"KEYTURN_RING_STORE": "vault", "QUARKUS_VAULT_URL": f"http://127.0.0.1:{port}",
                         "QUARKUS_VAULT_AUTHENTICATION_CLIENT_TOKEN": token}
        with open(folder / "vault.out", "ab") as out:
            self.process = subprocess.Popen(
                [program, "server", "-dev", "-dev-no-store-token", f"-dev-listen-address=127.0.0.1:{port}"], cwd=folder,
                env=clean() | {"VAULT_DEV_ROOT_TOKEN_ID": token, "BAO_DEV_ROOT_TOKEN_ID": token},
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=die_with_us)

    def __enter__(self):
        for _ in range(600):
            try:
                urllib.request.urlopen(self.settings["QUARKUS_VAULT_URL"] + "/v1/sys/health", timeout=5)
                return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise SystemExit("Vault did not open")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Node:
    """Stands in for LiveKit's nodes: knows the delivered key file, and says nothing before it is told to."""

    def __init__(self, setup):
        self.file = setup.folder / f"keys-{secrets.token_hex(4)}.yaml"
        self.pairs, self.accepts = {setup.key: setup.secret}, False
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                status = 503 if not node.accepts else 200 if verified(bearer, node.known()) else 401
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"OK" if status == 200 else b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.settings = {"KEYTURN_ROTATION_NODES": f"http://127.0.0.1:{self.server.server_port}",
                         "KEYTURN_ROTATION_EVERY": "1s", "KEYTURN_ROTATION_PERIOD": "1s",
                         "KEYTURN_ROTATION_SETTLE": "1s", "KEYTURN_ROTATION_TARGET": "file",
                         "KEYTURN_ROTATION_FILE_PATH": str(self.file)}

    def known(self):
        text = self.file.read_text() if self.file.exists() else ""
        return self.pairs | dict(re.findall(r'^(\w+): "(.*)"$', text, re.MULTILINE))

    def accept_new_keys(self):
        self.accepts = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
