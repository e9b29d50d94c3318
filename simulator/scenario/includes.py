"""Files that a scenario includes: named parts that several scenarios share.

``include: [base.yaml]`` adds what those files hold to the scenario: parameters, parts
of the world, arms and claims by their names, each of which stands once; the setup and
the plan, when no other file gives one. A name is that of a file beside the scenario:
no path leads anywhere else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.errors import InputError
from simulator.scenario.fields import KINDS, Context, join, suggest
from simulator.scenario.source import MAX_BYTES, Node, SourceError, parse_source

Loader = Callable[[str], str]
"""Returns the text of a file by its name; raises OSError, LookupError, UnicodeError or
InputError when there is none."""
FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}\.ya?ml\Z")
MAX_FILES = 16
MAX_DEPTH = 4
NAMED = ("parameters", "world", "arms", "claims")
"""Keys whose entries are gathered from all files."""
WHOLE = ("setup", "plan")
"""Keys that one file gives as a whole."""
_KNOWN = ("include", *NAMED, *WHOLE)


def beside(folder: Path) -> Loader:
    """Return a loader of files that stand in a folder, and nowhere else."""

    def load(name: str) -> str:
        path = (folder / name).resolve()
        if path.parent != folder.resolve():
            raise InputError("it stands in another folder")
        return path.read_text(encoding="utf-8")

    return load


@dataclass(slots=True)
class _Gathering:
    loader: Loader | None
    context: Context
    size: int
    """Characters read so far, the scenario's own included."""
    files: int = 0


def with_included(
    root: Node, size: int, loader: Loader | None, context: Context
) -> Node:
    """Return the document with all that it includes; report what is wrong there.

    ``size`` is the length of the scenario's own text.
    """
    if root.kind != "map" or "include" not in root.value:
        return root
    gathering = _Gathering(loader, context, size)
    merged = replace(root, value=dict(root.value), keys=dict(root.keys))
    for name in (key for key in NAMED if key in root.value):
        merged.value[name] = _copied(root.value[name], levels=1 + (name == "world"))
    _include(root, merged, (), gathering)
    del merged.value["include"], merged.keys["include"]
    return merged


def _copied(node: Node, levels: int) -> Node:
    """Return a mapping that can be added to without a change of the first one."""
    if node.kind != "map" or not levels:
        return node
    value = {name: _copied(child, levels - 1) for name, child in node.value.items()}
    return replace(node, value=value, keys=dict(node.keys))


def _include(
    document: Node, merged: Node, stack: tuple[str, ...], gathering: _Gathering
) -> None:
    """Add the files that a document names, and those that they name, to ``merged``."""
    listed, context = document.value["include"], gathering.context
    if listed.kind != "list":
        message = f"a list expected, not {KINDS[listed.kind]}"
        context.report(listed, "include", message)
        return
    for index, entry in enumerate(listed.value):
        path = f"include[{index}]"
        part = _part(entry, path, stack, gathering)
        if part is None:
            continue
        if "include" in part.value:
            _include(part, merged, (*stack, entry.value), gathering)
        for key in part.value:
            if key not in _KNOWN:
                hint = suggest(key, _KNOWN)
                message = f"an included file has no key {key!r}"
                context.report_key(part, key, "", message, hint)
        _merge(merged, part, context)


def _part(
    entry: Node, path: str, stack: tuple[str, ...], gathering: _Gathering
) -> Node | None:
    """Return the document of an included file; None after a report."""
    wrong = _refusal(entry, stack, gathering)
    if wrong:
        gathering.context.report(entry, path, *wrong)
        return None
    assert gathering.loader is not None  # noqa: S101  _refusal has seen to it
    gathering.files += 1
    try:
        text = gathering.loader(entry.value)
    except (OSError, LookupError, UnicodeError, InputError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{entry.value} cannot be read: {reason}"
        gathering.context.report(entry, path, message)
        return None
    gathering.size += len(text)
    if gathering.size > MAX_BYTES:
        message = "the scenario and what it includes are larger than 256 KiB"
        gathering.context.report(entry, path, message)
        return None
    try:
        root, problems = parse_source(text, entry.value)
    except SourceError as error:
        gathering.context.add(error.problem)
        return None
    for problem in problems:
        gathering.context.add(problem)
    if root.kind == "map":
        return root
    message = f"a mapping expected, not {KINDS[root.kind]}"
    gathering.context.report(root, "", message)
    return None


def _refusal(
    entry: Node, stack: tuple[str, ...], gathering: _Gathering
) -> tuple[str, str] | None:
    """Say why a file is not even looked for, and what to do."""
    name = entry.value
    if entry.kind != "text" or not FILE.match(name):
        return "not the name of a YAML file", "a file beside this one: base.yaml"
    if gathering.loader is None:
        return "this scenario is read without other files", "write their parts here"
    if name in stack:
        return f"{name} includes itself", " -> ".join((*stack, name))
    if len(stack) >= MAX_DEPTH:
        return f"files include each other more than {MAX_DEPTH} deep", ""
    if gathering.files >= MAX_FILES:
        return f"more than {MAX_FILES} files are included", ""
    return None


def _merge(merged: Node, part: Node, context: Context) -> None:
    """Add the parts of an included file to the document."""
    for key, node in part.value.items():
        if key not in merged.value and key in (*NAMED, *WHOLE):
            merged.value[key] = _copied(node, levels=1 + (key == "world"))
            merged.keys[key] = part.keys[key]
        elif key == "world":
            _merge_sections(merged.value[key], node, context)
        elif key in NAMED:
            _merge_names(merged.value[key], node, key, context)
        elif key in WHOLE:
            message = f"{key} stands in {_file(merged.value[key])} already"
            context.report_key(part, key, key, message)


def _merge_sections(world: Node, part: Node, context: Context) -> None:
    if world.kind != "map" or part.kind != "map":
        context.report(part, "world", f"a mapping expected, not {KINDS[part.kind]}")
        return
    for section, node in part.value.items():
        if section in world.value:
            path = join("world", section)
            _merge_names(world.value[section], node, path, context)
        else:
            world.value[section] = _copied(node, levels=1)
            world.keys[section] = part.keys[section]


def _merge_names(there: Node, part: Node, path: str, context: Context) -> None:
    if there.kind != "map" or part.kind != "map":
        context.report(part, path, f"a mapping expected, not {KINDS[part.kind]}")
        return
    for name, node in part.value.items():
        if name in there.value:
            file = _file(there.value[name])
            message = f"the name {name!r} is taken in {file} already"
            context.report_key(part, name, join(path, name), message)
            continue
        there.value[name] = node
        there.keys[name] = part.keys[name]


def _file(node: Node) -> str:
    return node.file or "the scenario"
