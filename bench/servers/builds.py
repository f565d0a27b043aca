"""Makes what is measured. Peers are kept outside the checkout, by the hash of what they are made from."""
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keyturn" / "bench-servers"


def go(name):
    """A Go program of a folder here."""
    return made(name, lambda folder: [["go", "build", "-trimpath", "-buildvcs=false", "-o", name, "."]]) / name


def node():
    """The folder of Node's peers with their modules."""
    return made("node", lambda folder: [["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]])


def floor(native=False):
    """The bare Quarkus program, of the Quarkus version that Keyturn has; native needs a GraalVM or Mandrel."""
    version = re.search("<quarkus.version>(.*)</", (PROJECT / "pom.xml").read_text())[1]
    maven = [str(PROJECT / "mvnw"), "-B", "-q", "package", f"-Dquarkus.version={version}"]
    kind = "native" if native else "jvm"
    folder = made("floor", lambda folder: [maven + (["-Dnative"] if native else [])], f"{kind}-{version}")
    return folder / ("target/floor-1-runner" if native else "target/quarkus-app/quarkus-run.jar")


def keyturn():
    """The packaged program, as it stands in the checkout now."""
    subprocess.run([PROJECT / "mvnw", "-B", "-q", "package", "-DskipTests"], cwd=PROJECT, check=True)


def made(name, commands, variant=""):
    """A copy of a folder here, in the cache, after these commands ran in it; there whole or not at all."""
    sources = sorted(file for file in (HERE / name).rglob("*") if file.is_file())
    digest = hashlib.sha256(variant.encode())
    for file in sources:
        digest.update(str(file.relative_to(HERE)).encode() + file.read_bytes())
    into = CACHE / "-".join(filter(None, [name, variant, digest.hexdigest()[:12]]))
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not into.exists():
            print(f"building {into.name}, once", flush=True)
            half = into.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(HERE / name, half)
            for command in commands(half):
                subprocess.run(command, cwd=half, check=True)
            half.rename(into)
    return into
