"""pip: Python's packages. It has no list of its own and asks the index each time."""

import re

from simulator.engine import Work
from simulator.subsystems.builds.archives import Index
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.tools.packages import (
    KIB,
    Wanted,
    closure,
    fetch,
    find,
    installed,
    unpack,
)
from simulator.subsystems.builds.trees import absolute
from simulator.subsystems.files import DataFile

CACHE = "/root/.cache/pip"
DATABASE = "/usr/local/lib/python3/site-packages"
MANAGED = "/EXTERNALLY-MANAGED"
"""A file of this name says that the distribution owns this Python's packages."""
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:==\s*(\S+))?")


def _pip(call: Call) -> Work:
    options, operands = call.split("-r", "--requirement", "-i")
    command, *names = operands or [""]
    yield 0
    if command != "install":
        return call.fail(1, f'ERROR: unknown command "{command}"')
    managed = any(path.endswith(MANAGED) for path in call.tree.data)
    if managed and "--break-system-packages" not in options:
        return call.fail(1, "error: externally-managed-environment")
    listed = options.get("-r", options.get("--requirement", ""))
    if listed:
        entry = call.tree.data.get(absolute(call.cwd, listed))
        if entry is None:
            log = f"Could not open requirements file: '{listed}'"
            log = f"ERROR: {log}: No such file or directory"
            return call.fail(1, log)
        names += [line for line in entry.content.splitlines() if line.strip()]
    if not names:
        return call.fail(1, "ERROR: You must give at least one requirement to install")
    return (yield from _install(call, names, keeps="--no-cache-dir" not in options))


def _install(call: Call, names: list[str], *, keeps: bool) -> Work:
    archives = call.site.of_manager("pip") if call.site.online else []
    indices = [Index(archive, call.site.now) for archive in archives]
    named: list[Wanted] = []
    for name in names:
        match = _REQUIREMENT.match(name.strip())
        found = find(indices, match[1]) if match else None
        if found is None or (match and match[2] not in {None, found.version}):
            log = f"No matching distribution found for {name.strip()}"
            return call.fail(1, f"ERROR: {log}")
        named.append(found)
    there = installed(call.tree, DATABASE)
    for wanted in closure(named, indices, recommends=False):
        name = wanted.package.name
        if there.get(name) == wanted.version:
            continue
        yield from fetch(call, wanted)
        yield from unpack(call, wanted, DATABASE)
        if keeps:
            size = wanted.package.download_kib * KIB
            path = f"{CACHE}/{name}.whl"
            call.tree.put(DataFile(path, size, f"{name} {wanted.version}"))
    return 0


TOOLS = {"pip": _pip, "pip3": _pip}
