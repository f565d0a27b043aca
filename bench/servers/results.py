"""bench/RESULTS.md: a section for each work and each scenario, with its machine, versions and date."""
import datetime
import json
import os
import platform
import re
import subprocess
from pathlib import Path

import builds
from servers import JVM_OPTIONS, Unavailable, java

FILE = builds.PROJECT / "bench" / "RESULTS.md"
HEAD = "# Keyturn beside its peers\n\nMade by `bench/servers/run`; [README.md](README.md) says how to read it.\n"


def write(title, text, quick):
    """Puts a section in the place of the one of that name."""
    file = builds.PROJECT / "target" / "bench-servers.md" if quick else FILE
    before = file.read_text() if file.exists() else HEAD
    sections = dict(re.findall(r"^## (.+)\n\n([\s\S]*?)(?=^## |\Z)", before, re.MULTILINE))
    sections[title] = text
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join([HEAD, *(f"## {title}\n\n{body.strip()}\n" for title, body in sections.items())]))
    print(f"\nWritten to {file.relative_to(builds.PROJECT)}.\n", flush=True)


def provenance(asked, arguments):
    """Date, machine and versions."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    lines = [f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, "
             f"`bench/servers/run{''.join(' ' + argument for argument in arguments)}`",
             f"{os.cpu_count()} CPUs ({cpu[1] if cpu else platform.machine()}), {memory:.0f} GB, "
             f"Linux {platform.release()}; the load comes from the same machine; load average before: "
             f"{os.getloadavg()[0]:.1f}",
             f"Keyturn {revision()}, "
             f"options of the JVM: {' '.join(JVM_OPTIONS) or 'its defaults'}"]
    for version in (17, 25):
        if any(name.endswith(f"jvm{version}") for name in asked.servers):
            lines.append(jvm(version))
    if "go" in asked.servers:
        module = re.search(r"livekit/protocol (v\S+)", (builds.HERE / "go" / "go.mod").read_text())
        lines.append(f"{output('go', 'version')}, livekit/protocol {module[1]}")
    if {"node", "express"} & set(asked.servers):
        modules = json.loads((builds.HERE / "node" / "package.json").read_text())["dependencies"]
        lines.append(", ".join([f"Node {output('node', '--version')}", *map(" ".join, modules.items())]))
    return "\n".join(f"- {line}" for line in lines)


def revision():
    """The commit, and whether what is measured or measures differs from it."""
    git = ("git", "-C", builds.PROJECT)
    changed = output(*git, "status", "--porcelain", "--", "pom.xml", "src", "bench/servers")
    return output(*git, "describe", "--always") + ("-dirty" if changed else "")


def jvm(version):
    """Its version, and what it chose for this machine."""
    try:
        program = java(version)
    except Unavailable as why:
        return str(why)
    flags = output(program, *JVM_OPTIONS, "-XX:+PrintFlagsFinal", "-version")
    collector = re.search(r"Use(Serial|Parallel|G1|Z|Shenandoah)GC +:?= true", flags)
    heap = int(re.search(r" MaxHeapSize +:?= (\d+)", flags)[1]) / 2**20
    name = re.search(r"^OpenJDK Runtime.*$", flags, re.MULTILINE)
    return f"{name[0] if name else program}: {collector[1]} GC, heap up to {heap:,.0f} MB"


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True).stdout.strip()
