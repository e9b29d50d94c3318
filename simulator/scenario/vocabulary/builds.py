"""Dockerfiles, build contexts, package archives, and what is done with them."""

import re
from typing import Any

from simulator.scenario.fields import (
    Context,
    ListOf,
    MapOf,
    Record,
    Schema,
    choice,
    flag,
    integer,
    may,
    need,
    reference,
    text,
)
from simulator.scenario.source import Node
from simulator.scenario.vocabulary.images import tag
from simulator.scenario.vocabulary.words import (
    ENV,
    arch,
    group,
    path,
    place,
    runtime,
    slug,
)

_PACKAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,60}\Z")
_RELATIVE = re.compile(r"(?!/)[A-Za-z0-9._/@-]{1,200}\Z")
_URL_PATTERN = re.compile(r"https?://[a-z0-9.-]+(/[A-Za-z0-9._/?=@-]*)?\Z")
_HOST = re.compile(r"[a-z0-9.-]+(/[A-Za-z0-9._-]+)*\Z")
MAX_LINES = 200
KIB = integer(0, 64 * 1024 * 1024)
DAYS = integer(0, 30)

package = text(_PACKAGE_NAME, "the name of a package")
relative = text(_RELATIVE, "a path inside the build context")
url = text(_URL_PATTERN, "an address such as http://example.org/file")
program = reference("programs")


class DockerfileText:
    """A Dockerfile: one text, or a list of its lines, of which each may vary."""

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return the text, or the lines as a tuple; both are joined when it is built.

        What the text says is not checked here: a Dockerfile may be wrong on purpose.
        """
        spec = _LINES if node.kind == "list" else text()
        return spec.read(node, path, context)

    def schema(self) -> Schema:
        """Return what this reads, as a JSON Schema."""
        return {"anyOf": [text().schema(), _LINES.schema()]}


_LINES = ListOf(text(), 1, MAX_LINES)


_HELD = {
    "path": need(relative),
    "kib": may(KIB, 4),
    "content": may(text(), ""),
    "program": may(program, None),
}
_FILE = Record(
    {
        **_HELD,
        "unpacks": may(ListOf(Record(_HELD)), ()),
        "compiles_to": may(program, None),
    }
)
_CONTEXT = Record({"files": may(ListOf(_FILE), ()), "ignore": may(ListOf(text()), ())})
_PACKAGE = Record(
    {
        "name": need(package),
        "version": may(text(), "1.0"),
        "download_kib": may(KIB, 1000),
        "installed_kib": may(KIB, 4000),
        "depends": may(ListOf(package), ()),
        "recommends": may(ListOf(package), ()),
        "programs": may(ListOf(program), ()),
        "libraries": may(ListOf(runtime), ()),
        "files": may(ListOf(path), ()),
        "release_days": may(DAYS, 0),
    }
)
_ARCHIVE = Record(
    {
        "manager": need(choice("apt", "apk", "pip")),
        "host": need(text(_HOST, "a host's name")),
        "index_kib": may(KIB, 20_000),
        "mib_s": may(integer(1, 100_000), 20),
        "packages": need(ListOf(_PACKAGE)),
        "keeps_old": may(flag(), False),
    }
)
_RESOURCE = Record(
    {
        "url": need(url),
        "kib": may(KIB, 100),
        "content": may(text(), ""),
        "program": may(program, None),
        "release_days": may(DAYS, 0),
    }
)
_STAGE = text(re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}\Z"), "the name of a stage")

SECTIONS = {
    "dockerfiles": may(MapOf(Record({"text": need(DockerfileText())})), {}),
    "contexts": may(MapOf(_CONTEXT), {}),
    "archives": may(MapOf(_ARCHIVE), {}),
    "resources": may(MapOf(_RESOURCE), {}),
}
VERBS = {
    "build": Record(
        {
            "name": need(group),
            "on": need(place),
            "dockerfile": need(reference("dockerfiles")),
            "context": may(reference("contexts"), None),
            "tag": need(tag),
            "target": may(_STAGE, ""),
            "secrets": may(ListOf(slug), ()),
            "args": may(ListOf(text(ENV, "NAME=value")), ()),
            "arch": may(arch, ""),
            "no_cache": may(flag(), False),
        }
    ),
    "change_file": Record(
        {
            "context": need(reference("contexts")),
            "path": need(relative),
            "content": may(text(), ""),
        }
    ),
}
