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
    """The bare Quarkus program, of the Quarkus version and for the processors that Keyturn is built for.

    Native needs what Keyturn's own native build needs; KEYTURN_FLOOR_OPTS are further arguments for Maven.
    """
    pom = (PROJECT / "pom.xml").read_text()
    options = [f"-Dquarkus.version={re.search('<quarkus.version>(.*)</', pom)[1]}"]
    if native:
        options += ["-Dnative", *(f"-Dquarkus.native.march={march}"
                                  for march in re.findall("<quarkus.native.march>(.*)</", pom))]
        options += os.environ.get("KEYTURN_FLOOR_OPTS", "").split()
    folder = made("floor", lambda folder: [[str(PROJECT / "mvnw"), "-B", "-q", "package", *options]], " ".join(options))
    return folder / ("target/floor-1-runner" if native else "target/quarkus-app/quarkus-run.jar")


def keyturn():
    """The packaged program, as it stands in the checkout now."""
    subprocess.run([PROJECT / "mvnw", "-B", "-q", "package", "-DskipTests"], cwd=PROJECT, check=True)


def made(name, commands, options=""):
    """A copy of a folder here, in the cache, after these commands ran in it; there whole or not at all."""
    sources = sorted(file for file in (HERE / name).rglob("*") if file.is_file())
    digest = hashlib.sha256(options.encode())
    for file in sources:
        digest.update(str(file.relative_to(HERE)).encode() + file.read_bytes())
    into = CACHE / f"{name}-{digest.hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not into.exists():
            print(f"building {into.name}, once", flush=True)
            half = into.with_name(into.name + ".half")
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(HERE / name, half)
            for command in commands(half):
                subprocess.run(command, cwd=half, check=True)
            half.rename(into)
    return into
