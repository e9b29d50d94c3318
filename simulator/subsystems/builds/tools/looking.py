"""Tools that look: cat, ls, id, whoami, uname, env; and yes, sleep, true, false."""

from simulator.engine import Work
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.tools.people import names_in
from simulator.subsystems.builds.trees import (
    absolute,
    entry_at,
    exists,
    files_in,
    is_directory,
    is_marker,
)
from simulator.subsystems.files import DataFile

YES_LINES = 100
"""What ``yes`` writes for ever is cut off here: nobody reads more."""
SECOND = 1_000_000
_MOST_SECONDS = 24 * 3600


def _cat(call: Call) -> Work:
    yield 0
    names = call.split()[1]
    if not names:
        call.out.append(call.stdin or "")
    for name in names:
        path = absolute(call.cwd, name)
        found = entry_at(call.tree, path)
        if found is None:
            return call.fail(1, f"cat: {name}: No such file or directory")
        if is_directory(call.tree, path):
            return call.fail(1, f"cat: {name}: Is a directory")
        call.out.append(found.content if isinstance(found, DataFile) else "")
    return 0


def _ls(call: Call) -> Work:
    yield 0
    for name in call.split()[1] or ["."]:
        path = absolute(call.cwd, name)
        if not exists(call.tree, path):
            return call.fail(
                2, f"ls: cannot access '{name}': No such file or directory"
            )
        cut = len(path.rstrip("/")) + 1
        found = {
            entry.path[cut:].partition("/")[0] or entry.path
            for entry in files_in(call.tree, path)
            if entry.path != path or not is_marker(entry)
        }
        call.out += [f"{entry}\n" for entry in sorted(found)]
    return 0


def _whoami(call: Call) -> Work:
    yield 0
    names = names_in(call.tree)
    found = next((name for name, uid in names.items() if uid == call.uid), "")
    if not found:
        return call.fail(1, f"whoami: cannot find name for user ID {call.uid}")
    call.out.append(f"{found}\n")
    return 0


def _id(call: Call) -> Work:
    yield 0
    call.out.append(f"{call.uid}\n" if "-u" in call.argv else f"uid={call.uid}\n")
    return 0


def _uname(call: Call) -> Work:
    """Ask the kernel: an image has none of its own."""
    yield 0
    kernel, options = call.site.kernel, call.split()[0]
    shown = {
        "-m": call.site.arch,
        "-r": kernel.system.version,
        "-s": kernel.system.family.capitalize(),
    }
    words = [shown[name] for name in ("-s", "-r", "-m") if name in options]
    call.out.append(" ".join(words or [shown["-s"]]) + "\n")
    return 0


def _env(call: Call) -> Work:
    yield 0
    call.out += [f"{name}={value}\n" for name, value in sorted(call.env.items())]
    return 0


def _yes(call: Call) -> Work:
    yield 0
    word = " ".join(call.argv[1:]) or "y"
    call.out.append(f"{word}\n" * YES_LINES)
    return 0


def _sleep(call: Call) -> Work:
    text = call.argv[1] if len(call.argv) > 1 else ""
    if not (text.isascii() and text.isdigit() and len(text) < len("1000000")):
        return call.fail(1, f"sleep: invalid time interval '{text}'")
    yield min(int(text), _MOST_SECONDS) * SECOND
    return 0


def _true(call: Call) -> Work:  # noqa: ARG001
    yield 0
    return 0


def _false(call: Call) -> Work:  # noqa: ARG001
    yield 0
    return 1


TOOLS = {
    "cat": _cat,
    "ls": _ls,
    "whoami": _whoami,
    "id": _id,
    "uname": _uname,
    "env": _env,
    "printenv": _env,
    "yes": _yes,
    "sleep": _sleep,
    "true": _true,
    "false": _false,
}
