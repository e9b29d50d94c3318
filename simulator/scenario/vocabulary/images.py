"""Layers, images and registries."""

from typing import Any

from simulator.scenario.fields import (
    Check,
    Context,
    ListOf,
    MapOf,
    Record,
    Schema,
    choice,
    integer,
    may,
    need,
    reference,
    suggest,
    text,
)
from simulator.scenario.source import Node
from simulator.scenario.vocabulary.words import (
    ENV,
    MIB,
    TAG,
    USER,
    VERSION,
    arch,
    path,
    place,
    runtime,
)
from simulator.subsystems.builds.userland import PATHS as USERLANDS
from simulator.subsystems.signals import NUMBERS

SHELL = ("/bin/sh", "-c")
"""What the shell form of a command is run by."""


class Command:
    """A command: a list of words (exec form), or one text (shell form)."""

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return the words; those of the shell form begin with the shell."""
        if node.kind == "text":
            return (*SHELL, text().read(node, path, context))
        return ListOf(text()).read(node, path, context)

    def schema(self) -> Schema:
        """Return the JSON Schema of a command in either form."""
        return {"anyOf": [ListOf(text()).schema(), text().schema()]}


def tag_or_image() -> Check:
    """A tag of a registry or of a build, or an image of the world: its digest."""

    def rule(value: str, context: Context) -> tuple[str, str] | None:
        known = context.names.get("images", set()) | context.names.get("tags", set())
        if value in known:
            return None
        return f"there is no image {value!r}", suggest(value, known)

    form = {"description": "a tag, or a name among images", "x-names": ["images"]}
    return Check("text", rule, "", form)


tag = text(TAG, "a name and a tag such as web:1.0")
SECONDS = integer(0, 24 * 3600)
_FILE = Record(
    {
        "path": need(path),
        "kib": may(integer(0, 1 << 30), 4),
        "content": may(text(), ""),
    }
)
HEALTHCHECK = Record(
    {
        "command": need(Command()),
        "interval_s": may(SECONDS, 30),
        "timeout_s": may(SECONDS, 30),
        "start_period_s": may(SECONDS, 0),
        "retries": may(integer(1, 100), 3),
    }
)
_CONFIG = Record(
    {
        "entrypoint": may(Command(), ()),
        "cmd": may(Command(), ()),
        "env": may(ListOf(text(ENV, "NAME=value")), ()),
        "workdir": may(path, "/"),
        "user": may(text(USER, "a user's name or number"), ""),
        "exposed_ports": may(ListOf(integer(1, 65535)), ()),
        "volumes": may(ListOf(path), ()),
        "stop_signal": may(choice(*NUMBERS), "SIGTERM"),
        "healthcheck": may(HEALTHCHECK, None),
    }
)
_CONTENT = {
    "size_mib": may(MIB, 0),
    "programs": may(ListOf(reference("programs")), ()),
    "libraries": may(ListOf(runtime), ()),
    "files": may(ListOf(_FILE), ()),
    "removes": may(ListOf(path), ()),
}
_IMAGE = Record(
    {
        "os": may(choice("linux", "windows"), "linux"),
        "os_version": may(text(VERSION, "a build such as 10.0.20348"), ""),
        "os_features": may(ListOf(choice("win32k")), ()),
        "arch": may(arch, "x86_64"),
        "layers": may(ListOf(reference("layers")), ()),
        "userland": may(choice(*USERLANDS), "none"),
        **_CONTENT,
        "config": may(_CONFIG, {}),
    }
)
_TAGGED = Record(
    {"tag": need(tag), "images": need(ListOf(reference("images"), least=1))}
)
_REGISTRY = Record(
    {"mib_s": may(integer(1, 100_000), 100), "tags": may(ListOf(_TAGGED), ())}
)

SECTIONS = {
    "layers": may(MapOf(Record(_CONTENT)), {}),
    "images": may(MapOf(_IMAGE), {}),
    "registries": may(MapOf(_REGISTRY), {}),
}
VERBS = {
    "pull": Record({"on": need(place), "image": need(tag_or_image())}),
    "push": Record(
        {
            "registry": need(reference("registries")),
            "tag": need(tag),
            "images": need(ListOf(reference("images"), least=1)),
        }
    ),
}
