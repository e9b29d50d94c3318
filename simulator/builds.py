"""Builds as a world declares them: Dockerfiles, contexts, archives, addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.dockerfile import IgnoreList
from simulator.subsystems.builds.archives import Archive, Package, Resource
from simulator.subsystems.builds.builder import Builder
from simulator.subsystems.builds.context import Context
from simulator.subsystems.builds.outcome import Outcome
from simulator.subsystems.builds.site import Meaning
from simulator.subsystems.builds.surroundings import Cache, Surroundings
from simulator.subsystems.builds.trees import Entry
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.containers.images import ContainerImage
from simulator.subsystems.files import DataFile, Program

KIB = 1024
DAY = 24 * 3600 * 1_000_000
Programs = Mapping[str, Program]


@dataclass(slots=True)
class Builds:
    """All that a world has for builds, and what came of them."""

    texts: Mapping[str, str]
    """Dockerfiles by name."""
    contexts: Mapping[str, Context]
    around: Surroundings
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """The last build of each name."""
    _caches: dict[tuple[str, str], Cache] = field(default_factory=dict)

    def builder(self, engine: ContainerEngine) -> Builder:
        """Return the builder of an engine; its cache outlives the engine."""
        place = (engine.host.platform.name, engine.name)
        return Builder(engine, self.around, self._caches.setdefault(place, Cache()))


def builds_of(
    spec: Mapping[str, Any],
    programs: Programs,
    named: Callable[[str], str | ContainerImage],
) -> Builds:
    """Return what a world has for builds."""
    archives = {
        name: _archive(name, fields, programs)
        for name, fields in spec["archives"].items()
    }
    resources = {
        fields["url"]: _resource(name, fields, programs)
        for name, fields in spec["resources"].items()
    }
    contexts = {
        name: _context(name, fields, programs)
        for name, fields in spec["contexts"].items()
    }
    meanings = {
        _content(name, entry): _meaning(entry, programs)
        for name, fields in spec["contexts"].items()
        for entry in fields["files"]
        if entry["unpacks"] or entry["compiles_to"]
    }
    texts = {
        name: _text(fields["text"]) for name, fields in spec["dockerfiles"].items()
    }
    return Builds(texts, contexts, Surroundings(archives, resources, meanings, named))


def _text(written: str | tuple[str, ...]) -> str:
    """Return a Dockerfile as one text, however it was written."""
    return written if isinstance(written, str) else "\n".join(written)


def _archive(name: str, fields: Mapping[str, Any], programs: Programs) -> Archive:
    packages = [_package(entry, programs) for entry in fields["packages"]]
    return Archive(
        name,
        fields["manager"],
        fields["host"],
        fields["index_kib"],
        fields["mib_s"],
        {package.name: package for package in packages},
        fields["keeps_old"],
    )


def _package(fields: Mapping[str, Any], programs: Programs) -> Package:
    return Package(
        fields["name"],
        fields["version"],
        fields["download_kib"],
        fields["installed_kib"],
        fields["depends"],
        fields["recommends"],
        tuple(programs[name] for name in fields["programs"]),
        fields["libraries"],
        tuple(DataFile(path, 0, fields["name"]) for path in fields["files"]),
        fields["release_days"] * DAY,
    )


def _resource(name: str, fields: Mapping[str, Any], programs: Programs) -> Resource:
    program = programs[fields["program"]] if fields["program"] else None
    content = fields["content"] or name
    days = fields["release_days"]
    return Resource(name, fields["url"], fields["kib"], content, program, days * DAY)


def _context(name: str, fields: Mapping[str, Any], programs: Programs) -> Context:
    entries = [_entry(name, entry, programs) for entry in fields["files"]]
    ignored = IgnoreList.read("\n".join(fields["ignore"]))
    return Context(name, {entry.path: entry for entry in entries}, {}, ignored)


def _entry(context: str, fields: Mapping[str, Any], programs: Programs) -> Entry:
    path, content = f"/{fields['path']}", _content(context, fields)
    if fields["program"]:
        program = programs[fields["program"]]
        kib = fields["kib"]
        return replace(program, path=path, content=content, size_kib=kib)
    return DataFile(path, fields["kib"] * KIB, content)


def _content(context: str, fields: Mapping[str, Any]) -> str:
    """Return what stands for a file's bytes: two files that say nothing differ."""
    content: str = fields["content"]
    return content or f"{context}/{fields['path']}"


def _meaning(fields: Mapping[str, Any], programs: Programs) -> Meaning:
    held = tuple(_entry(fields["path"], entry, programs) for entry in fields["unpacks"])
    compiled = fields["compiles_to"]
    return Meaning(held, programs[compiled] if compiled else None)
