"""Images and registries as a world declares them."""

from collections.abc import Mapping
from typing import Any

from simulator.subsystems.builds import userland
from simulator.subsystems.containers.images import (
    ContainerImage,
    Healthcheck,
    ImageConfig,
    ImagePlatform,
    Layer,
)
from simulator.subsystems.containers.registry import Registry
from simulator.subsystems.files import DataFile, Program

KIB = 1024
SECOND = 1_000_000


def layers_of(
    spec: Mapping[str, Any], programs: Mapping[str, Program]
) -> dict[str, tuple[Layer, ...]]:
    """Return the layers of each image of a world, the lowest first, by its name."""
    named = {name: _layer(fields, programs) for name, fields in spec["layers"].items()}
    return {
        name: _stack(fields, named, programs) for name, fields in spec["images"].items()
    }


def images_of(
    section: Mapping[str, Any], layers: Mapping[str, tuple[Layer, ...]]
) -> dict[str, ContainerImage]:
    """Return the images of a world by name; ``layers`` are those of each."""
    return {
        name: _image(name, fields, layers[name]) for name, fields in section.items()
    }


def registries_of(
    section: Mapping[str, Any], images: Mapping[str, ContainerImage]
) -> dict[str, Registry]:
    """Return the registries of a world by name, with what they hold at first."""
    registries = {}
    for name, fields in section.items():
        registries[name] = Registry(name, fields["mib_s"])
        for entry in fields["tags"]:
            found = [images[image] for image in entry["images"]]
            registries[name].push(entry["tag"], found)
    return registries


def _image(
    name: str, fields: Mapping[str, Any], layers: tuple[Layer, ...]
) -> ContainerImage:
    platform = ImagePlatform(
        fields["os"], fields["arch"], fields["os_version"], fields["os_features"]
    )
    return ContainerImage(name, platform, layers, _config(fields["config"]))


def _stack(
    fields: Mapping[str, Any],
    named: Mapping[str, Layer],
    programs: Mapping[str, Program],
) -> tuple[Layer, ...]:
    """Return the named layers of an image, and above them its own files."""
    stack = [named[layer] for layer in fields["layers"]]
    own = _layer(fields, programs)
    if fields["userland"] != "none":
        own = _with_userland(own, fields["userland"], fields["arch"])
    if not stack or own.size_kib or own.programs or own.libraries:
        stack.append(own)
    return tuple(stack)


def _with_userland(layer: Layer, kind: str, arch: str) -> Layer:
    """Add the shell, the tools and the package manager of a kind of base image."""
    return Layer(
        (*userland.programs_of(kind, arch), *layer.programs),
        tuple(dict.fromkeys((*layer.libraries, *userland.LIBRARIES[kind]))),
        (*userland.files_of(kind), *layer.files),
        layer.whiteouts,
        layer.bulk_kib,
    )


def _layer(fields: Mapping[str, Any], programs: Mapping[str, Program]) -> Layer:
    return Layer(
        tuple(programs[program] for program in fields["programs"]),
        fields["libraries"],
        tuple(
            DataFile(entry["path"], entry["kib"] * KIB, entry["content"])
            for entry in fields["files"]
        ),
        fields["removes"],
        fields["size_mib"] * KIB,
    )


def _config(fields: Mapping[str, Any]) -> ImageConfig:
    if fields == {}:
        return ImageConfig()
    check = fields["healthcheck"]
    return ImageConfig(
        fields["entrypoint"],
        fields["cmd"],
        fields["env"],
        fields["workdir"],
        fields["user"],
        fields["exposed_ports"],
        fields["volumes"],
        fields["stop_signal"],
        check and healthcheck_of(check),
    )


def healthcheck_of(fields: Mapping[str, Any]) -> Healthcheck:
    """Return a health check as a world or an action writes it."""
    return Healthcheck(
        fields["command"],
        fields["interval_s"] * SECOND,
        fields["timeout_s"] * SECOND,
        fields["start_period_s"] * SECOND,
        fields["retries"],
    )
