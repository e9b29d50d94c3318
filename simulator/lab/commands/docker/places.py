"""Where ``docker cp`` copies from and to: a container's files, or its client's."""

from simulator.lab.call import Call, CommandError
from simulator.lab.commands.docker.engine import DAEMON, find
from simulator.lab.files import absolute
from simulator.lab.files.tree import EMPTY
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.files import DataFile, FileTree, Program

Place = tuple[FileTree, str, str]
"""A tree, a path in it, and whose it is: a container's name, empty for the client."""


def place_of(call: Call, engine: ContainerEngine, word: str) -> Place:
    """Return what a word such as ``web:/srv`` means; CommandError when nothing."""
    name, colon, path = word.partition(":")
    if word == "-":
        raise CommandError("docker: archives from or to '-' are not supported here")
    if not colon or "/" in name:
        return call.view.root, absolute(call.console.cwd, word), ""
    return find(engine, name).root, absolute("/", path), name


def entries_at(source: Place) -> list[Program | DataFile]:
    """Return the files at a place; CommandError when there is nothing."""
    tree, inner, _, _, _ = source[0].at(source[1])
    found = tree.under(inner.rstrip("/"))
    if not found:
        raise missing(source)
    return [tree.files.get(path) or tree.data[path] for path in found]


def is_folder(root: FileTree, path: str) -> bool:
    """Return whether there is a directory at a path."""
    if path in {"/", *EMPTY, *root.mounts}:
        return True
    spot = root.at(path)
    return not spot.tree.holds(spot.path) and bool(spot.tree.under(spot.path))


def missing(place: Place) -> CommandError:
    """Return the error that there is nothing at a place."""
    if place[2]:
        log = f"Could not find the file {place[1]} in container {place[2]}"
        return CommandError(f"{DAEMON}{log}")
    return CommandError(f"lstat {place[1]}: no such file or directory")
