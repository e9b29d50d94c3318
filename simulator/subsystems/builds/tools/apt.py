"""apt-get: lists, installation, the question, what archives no longer have."""

from collections.abc import Mapping

from simulator.calibration import figure
from simulator.engine import Work
from simulator.subsystems.builds.archives import Index
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.tools.packages import (
    KIB,
    Wanted,
    available,
    closure,
    fetch,
    find,
    installed,
    remove,
    unpack,
)
from simulator.subsystems.builds.userland import DOCKER_CLEAN
from simulator.subsystems.files import DataFile

LISTS = "/var/lib/apt/lists"
ARCHIVES = "/var/cache/apt/archives"
DATABASE = "/var/lib/dpkg/info"
FAILED = 100
"""apt-get's exit status after any error."""
ABORTED = 1
_ASK = "Do you want to continue? [Y/n]"
_YES = ("-y", "--yes", "--assume-yes")


def _apt_get(call: Call) -> Work:
    options, operands = call.split("-o", "-t")
    command, *names = operands or [""]
    if command in {"update", "install", "remove", "purge", "upgrade"} and call.uid:
        yield 0
        lock = "/var/lib/apt/lists/lock" if command == "update" else ""
        lock = lock or "/var/lib/dpkg/lock-frontend"
        log = f"E: Could not open lock file {lock} - open (13: Permission denied)"
        return call.fail(FAILED, log)
    work = _COMMANDS.get(command)
    if work is None:
        yield 0
        return call.fail(FAILED, f"E: Invalid operation {command}")
    return (yield from work(call, options, names))


def _update(call: Call, _options: Mapping[str, str], _names: list[str]) -> Work:
    """Fetch the lists. An archive that cannot be reached is only a warning."""
    yield 0
    for archive in call.site.of_manager("apt"):
        if not call.site.online:
            call.err.append(
                f"W: Failed to fetch http://{archive.host}  "
                f"Temporary failure resolving '{archive.host}'"
            )
            continue
        index = archive.index(call.site.now)
        yield from call.site.download(archive.index_kib, archive.mib_s)
        yield from call.site.compute(archive.index_kib * figure("index_read") // KIB)
        call.tree.put(DataFile(f"{LISTS}/{archive.name}", index.size, index.content))
    return 0


def _lists(call: Call) -> list[Index]:
    """Return what the lists in the image say, whatever the archives say by now."""
    found: list[Index] = []
    for archive in call.site.of_manager("apt"):
        entry = call.tree.data.get(f"{LISTS}/{archive.name}")
        index = archive.read(entry.content) if entry is not None else None
        found += [index] if index is not None else []
    return found


def _install(call: Call, options: Mapping[str, str], names: list[str]) -> Work:
    yield 0
    lists = _lists(call)
    named: list[Wanted] = []
    for name in names:
        plain, _, version = name.partition("=")
        found = find(lists, plain)
        if found is None:
            return call.fail(FAILED, f"E: Unable to locate package {plain}")
        if version and version != found.version:
            log = f"E: Version '{version}' for '{plain}' was not found"
            return call.fail(FAILED, log)
        named.append(found)
    there = installed(call.tree, DATABASE)
    recommends = "--no-install-recommends" not in options
    everything = closure(named, lists, recommends=recommends)
    missing = [w for w in everything if w.package.name not in there]
    asks = len(missing) > sum(w.package.name not in there for w in named)
    if asks and not _agreed(call, options):
        return call.fail(ABORTED, f"{_ASK} Abort.")
    return (yield from _carry_out(call, missing))


def _agreed(call: Call, options: Mapping[str, str]) -> bool:
    """Return whether somebody says yes: an option, the input, or a person."""
    if any(name in options for name in _YES):
        return True
    if sum(word.count("q") for word in call.argv if word in {"-q", "-qq"}) > 1:
        return True
    if call.site.mechanisms["build.prompt"] == "answered":
        return True
    return (call.stdin or "").lstrip()[:1].lower() == "y"


def _carry_out(call: Call, wanted: list[Wanted]) -> Work:
    """Download everything, then unpack it; keep the archives where they are kept."""
    for entry in wanted:
        if not call.site.online:
            host = entry.archive.host
            log = f"Temporary failure resolving '{host}'"
            return call.fail(FAILED, f"E: Failed to fetch http://{host}  {log}")
        if not available(call, entry):
            file = f"{entry.package.name}_{entry.version}_{call.site.arch}.deb"
            log = f"http://{entry.archive.host}/{file}  404  Not Found"
            return call.fail(FAILED, f"E: Failed to fetch {log}")
        yield from fetch(call, entry)
    for entry in wanted:
        yield from unpack(call, entry, DATABASE)
        if DOCKER_CLEAN not in call.tree.data:
            path = f"{ARCHIVES}/{entry.package.name}.deb"
            size = entry.package.download_kib * KIB
            call.tree.put(DataFile(path, size, f"{path} {entry.version}"))
    return 0


def _upgrade(call: Call, options: Mapping[str, str], _names: list[str]) -> Work:
    """Bring what is installed to the versions that the lists have."""
    yield 0
    lists = _lists(call)
    there = installed(call.tree, DATABASE)
    found = [find(lists, name) for name in there]
    newer = [w for w in found if w is not None and w.version != there[w.package.name]]
    if newer and not _agreed(call, options):
        return call.fail(ABORTED, f"{_ASK} Abort.")
    return (yield from _carry_out(call, newer))


def _remove(call: Call, options: Mapping[str, str], names: list[str]) -> Work:
    yield 0
    there = installed(call.tree, DATABASE)
    found = [name for name in names if name in there]
    if found and not _agreed(call, options):
        return call.fail(ABORTED, f"{_ASK} Abort.")
    for name in found:
        remove(call, name, call.site.of_manager("apt"), DATABASE)
    return 0


def _clean(call: Call, _options: Mapping[str, str], _names: list[str]) -> Work:
    yield 0
    call.tree.hide(ARCHIVES)
    return 0


_COMMANDS = {
    "update": _update,
    "install": _install,
    "upgrade": _upgrade,
    "dist-upgrade": _upgrade,
    "remove": _remove,
    "purge": _remove,
    "clean": _clean,
}
TOOLS = {"apt-get": _apt_get, "apt": _apt_get}
