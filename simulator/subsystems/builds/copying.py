"""COPY and ADD: which files, and where they go."""

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import basename, join

from simulator.dockerfile import Instruction, matches
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.settings import Settings
from simulator.subsystems.builds.trees import (
    Entry,
    absolute,
    is_directory,
    is_marker,
)
from simulator.subsystems.files import DataFile, FileTree

Files = Mapping[str, Entry]
"""Files by absolute path."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One file on its way: where it was, and where it goes."""

    source: str
    target: str
    entry: Entry


def files_of(tree: FileTree) -> Files:
    """Return all files of a tree by path."""
    return {**tree.files, **tree.data}


def copies(
    settings: Settings, instruction: Instruction, files: Files, tree: FileTree
) -> list[Copied]:
    """Return the files that an instruction copies; raise BuildError for none.

    A directory's content goes into the destination; a file goes there under its own
    name when that is a directory.
    """
    *sources, last = instruction.words
    last = settings.expanded(last)
    into = settings.path(last)
    inside = last.endswith(("/", "/.")) or last == "." or is_directory(tree, into)
    inside = inside or len(sources) > 1
    found: list[Copied] = []
    for heredoc in instruction.heredocs:
        name = f"/{heredoc.name}"
        body = settings.expanded(heredoc.body) if heredoc.expands else heredoc.body
        entry = DataFile(name, len(body.encode("utf-8", "replace")), body)
        found.append(Copied(name, _goal(into, name, inside=inside), entry))
    for word in sources:
        if word.startswith("<<"):
            continue
        source = absolute("/", settings.expanded(word))
        some = _one_source(source, into, files, inside=inside)
        if not some:
            raise BuildError(
                f'failed to calculate checksum of ref: "{source}": not found'
            )
        found += some
    return found


def _one_source(source: str, into: str, files: Files, *, inside: bool) -> list[Copied]:
    if "*" in source or "?" in source:
        names = sorted(_matching(source, files))
        found = [_one_source(name, into, files, inside=True) for name in names]
        return [copied for some in found for copied in some]
    if source in files and not is_marker(files[source]):
        goal = _goal(into, source, inside=inside)
        return [Copied(source, goal, files[source])]
    prefix = source.rstrip("/") + "/"
    return [
        Copied(path, join(into, path.removeprefix(prefix)), files[path])
        for path in sorted(files)
        if path.startswith(prefix)
    ]


def _matching(pattern: str, files: Files) -> set[str]:
    """Return the files and directories that a pattern names."""
    wanted = pattern.strip("/")
    depth = wanted.count("/") + 1
    names = {"/".join(path.strip("/").split("/")[:depth]) for path in files}
    return {f"/{name}" for name in names if matches(wanted, name)}


def _goal(into: str, source: str, *, inside: bool) -> str:
    return join(into, basename(source)) if inside else into
