"""Users of an image: the lines of its password file, and the tools that add some."""

import re

from simulator.engine import Work
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.trees import make_directory, write
from simulator.subsystems.builds.userland import PASSWD
from simulator.subsystems.files import FileTree

FIRST_UID = 1000
_NUMBERS = {"root": 0, "nobody": 65534}
_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")
_WITH_VALUE = ("-u", "-g", "-G", "-s", "-d", "-h", "-c", "-k")


def names_in(tree: FileTree) -> dict[str, int]:
    """Return the users of an image: name and number."""
    found = tree.data.get(PASSWD)
    users: dict[str, int] = {}
    for line in found.content.split() if found is not None else ():
        name, _, number = line.partition(":")
        users[name] = int(number) if number else _NUMBERS.get(name, FIRST_UID)
    return users


def uid_of(tree: FileTree, user: str) -> int | None:
    """Return the number of a user by name or number; None when there is none."""
    if user.isascii() and user.isdigit():
        return int(user[:9])
    return names_in(tree).get(user or "root", 0 if not user else None)


def _useradd(call: Call) -> Work:
    yield 0
    options, operands = call.split(*_WITH_VALUE)
    name = operands[-1] if operands else ""
    tool = call.argv[0]
    users = names_in(call.tree)
    if call.uid:
        return call.fail(1, f"{tool}: Permission denied.")
    if not _NAME.match(name):
        return call.fail(3, f"{tool}: invalid user name '{name}'")
    if name in users:
        return call.fail(9, f"{tool}: user '{name}' already exists")
    wanted = options.get("-u", options.get("--uid", ""))
    free = max(FIRST_UID - 1, *(n for n in users.values() if n < _NUMBERS["nobody"]))
    uid = int(wanted) if wanted.isascii() and wanted.isdigit() else free + 1
    lines = [f"{user}:{number}" for user, number in users.items()]
    write(call.tree, PASSWD, "\n".join([*lines, f"{name}:{uid}"]))
    if tool != "useradd" or "-m" in options or "--create-home" in options:
        make_directory(call.tree, f"/home/{name}", uid)
    return 0


def _groupadd(call: Call) -> Work:
    """Groups decide nothing here."""
    yield 0
    if call.uid:
        return call.fail(1, f"{call.argv[0]}: Permission denied.")
    return 0


TOOLS = {
    "useradd": _useradd,
    "adduser": _useradd,
    "groupadd": _groupadd,
    "addgroup": _groupadd,
}
