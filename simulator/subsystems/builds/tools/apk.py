"""apk: the package manager of Alpine. It never asks."""

from simulator.calibration import figure
from simulator.engine import Work
from simulator.subsystems.builds.archives import Index
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.tools.packages import (
    KIB,
    available,
    closure,
    fetch,
    find,
    installed,
    remove,
    unpack,
)
from simulator.subsystems.files import DataFile

CACHE = "/var/cache/apk"
DATABASE = "/lib/apk/db"
DENIED = 99
_UPDATES = ("-U", "--update", "--update-cache", "--no-cache")


def _apk(call: Call) -> Work:
    options, operands = call.split("-t", "--virtual")
    command, *names = operands or [""]
    if command not in {"add", "update", "del", "upgrade"}:
        yield 0
        return call.fail(1, f"apk: '{command}' is not an apk command")
    if call.uid:
        yield 0
        log = "ERROR: Unable to lock database: Permission denied"
        return call.fail(DENIED, log)
    if command == "del":
        yield 0
        for name in names:
            remove(call, name, call.site.of_manager("apk"), DATABASE)
        return 0
    fresh = command == "update" or any(name in options for name in _UPDATES)
    indices = yield from _indices(call, fresh=fresh, keeps="--no-cache" not in options)
    if command != "add":
        return 0
    return (yield from _add(call, names, indices))


def _indices(call: Call, *, fresh: bool, keeps: bool) -> Work:
    """Return the indices: fetched now, or those that lie in the image."""
    found: list[Index] = []
    for archive in call.site.of_manager("apk"):
        path = f"{CACHE}/{archive.name}"
        entry = call.tree.data.get(path)
        if fresh and call.site.online:
            index = archive.index(call.site.now)
            yield from call.site.download(archive.index_kib, archive.mib_s)
            us = archive.index_kib * figure("index_read") // KIB
            yield from call.site.compute(us)
            entry = DataFile(path, index.size, index.content)
            if keeps:
                call.tree.put(entry)
        elif fresh:
            call.err.append(
                f"WARNING: fetching http://{archive.host}: DNS lookup error"
            )
        known = archive.read(entry.content) if entry is not None else None
        found += [known] if known is not None else []
    return found


def _add(call: Call, names: list[str], indices: list[Index]) -> Work:
    there = installed(call.tree, DATABASE)
    named = []
    for name in names:
        plain, _, version = name.partition("=")
        found = find(indices, plain)
        if found is None or (version and version != found.version):
            log = f"ERROR: unable to select packages: {name} (no such package)"
            return call.fail(1, log)
        named.append(found)
    missing = [
        wanted
        for wanted in closure(named, indices, recommends=False)
        if wanted.package.name not in there
    ]
    for wanted in missing:
        if not (call.site.online and available(call, wanted)):
            name = f"{wanted.package.name}-{wanted.version}"
            return call.fail(1, f"ERROR: {name}: package mentioned in index not found")
        yield from fetch(call, wanted)
        yield from unpack(call, wanted, DATABASE)
    return 0


TOOLS = {"apk": _apk}
