"""OCI images: a platform, layers by digest, and a configuration; no kernel.

A layer is what one step of a build changed: programs, libraries, files, and paths
that hide what lies below. A manifest is named by the digest of its content, so two
that are equal are one. An index lists one manifest for each platform.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from simulator.subsystems.files import DataFile, FileTree, Program

KIB = 1024
ARCH_OF_OCI = {"x86_64": "amd64", "aarch64": "arm64"}
"""Processors as images name them."""

OS_OF_FAMILY = {"linux": "linux", "nt": "windows", "darwin": "darwin"}


@dataclass(frozen=True, slots=True)
class ImagePlatform:
    """What an image says that it is made for. It may be wrong."""

    os: str = "linux"
    arch: str = "x86_64"
    os_version: str = ""
    """The build of Windows that its files belong to."""
    os_features: tuple[str, ...] = ()
    """What its files need of the system beyond that: ``win32k``, the GUI's kernel."""

    def __str__(self) -> str:
        words = f"{self.os}/{ARCH_OF_OCI[self.arch]}"
        return f"{words} {self.os_version}" if self.os == "windows" else words

    def suits(self, host: "ImagePlatform") -> bool:
        """Return whether a manifest for this platform is one for that host."""
        return (self.os, self.arch) == (host.os, host.arch)


@dataclass(slots=True, eq=False)
class Layer:
    """What one step of a build added, changed and removed."""

    programs: tuple[Program, ...] = ()
    libraries: tuple[str, ...] = ()
    files: tuple[DataFile, ...] = ()
    whiteouts: tuple[str, ...] = ()
    """Paths that are not there any more, whatever the layers below hold."""
    bulk_kib: int = 0
    """Bytes of all that is not listed file by file."""
    created_by: str = ""
    """The instruction of a build; it is no part of the content."""
    _digest: str = ""

    @property
    def digest(self) -> str:
        """The name of its content."""
        if not self._digest:
            programs = [
                (p.path, p.name, p.format, p.arch, p.content, p.executable)
                for p in self.programs
            ]
            self._digest = digest_of(
                programs,
                sorted(self.libraries),
                self.files,
                sorted(self.whiteouts),
                self.bulk_kib,
            )
        return self._digest

    @property
    def size_kib(self) -> int:
        """What it takes on a disk and on the wire; this model compresses nothing."""
        listed = sum(-(-entry.size // KIB) for entry in self.files)
        return self.bulk_kib + listed + sum(p.size_kib for p in self.programs)


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """The command that tells whether a container is well, and how often it runs."""

    command: tuple[str, ...]
    interval_us: int = 30_000_000
    timeout_us: int = 30_000_000
    start_period_us: int = 0
    retries: int = 3


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What a container of the image runs unless it is told otherwise."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """``NAME=value``, in the order of their setting."""
    workdir: str = "/"
    user: str = ""
    exposed_ports: tuple[int, ...] = ()
    volumes: tuple[str, ...] = ()
    stop_signal: str = "SIGTERM"
    healthcheck: Healthcheck | None = None
    labels: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What its maker says of it: names and values, which nothing depends on."""


@dataclass(slots=True, eq=False)
class ContainerImage:
    """A manifest: one image for one platform."""

    name: str
    """What the world calls it; a registry knows it by tag and digest."""
    platform: ImagePlatform
    layers: tuple[Layer, ...]
    config: ImageConfig = field(default_factory=ImageConfig)
    _digest: str = ""
    _tree: FileTree | None = None

    @property
    def arch(self) -> str:
        """The processor that it says it is made for."""
        return self.platform.arch

    @property
    def size_kib(self) -> int:
        """All its layers, files that upper layers hide or replace included."""
        return sum(layer.size_kib for layer in self.layers)

    @property
    def digest(self) -> str:
        """The name of its content: platform, configuration, layers."""
        if not self._digest:
            layers = [layer.digest for layer in self.layers]
            labels = [self.config.labels] if self.config.labels else []
            self._digest = digest_of(self.platform, self.config, layers, *labels)
        return self._digest

    @property
    def tree(self) -> FileTree:
        """What its layers make together. Nobody may change it: containers copy it."""
        if self._tree is None:
            self._tree = merged(self.layers, self.name)
        return self._tree


Reference = ContainerImage | tuple[ContainerImage, ...]
"""What a tag leads to: one manifest, or an index with one for each platform."""


def digest_of(*content: Any) -> str:
    """Return the digest of content whose text is the same in every run."""
    return f"sha256:{sha256(repr(content).encode()).hexdigest()}"


def merged(layers: Iterable[Layer], device: str) -> FileTree:
    """Return the file tree that layers make, the lowest first."""
    tree = FileTree(device=device)
    for layer in layers:
        for path in layer.whiteouts:
            tree.hide(path)
        tree.merge(layer.programs, layer.libraries)
        for program in layer.programs:
            tree.origins[program.path] = layer.digest
        for entry in layer.files:
            tree.put(entry)
    return tree


def distinct(images: Iterable[ContainerImage]) -> Iterator[Layer]:
    """Go through the layers of images, each content once."""
    seen: set[str] = set()
    for image in images:
        for layer in image.layers:
            if layer.digest not in seen:
                seen.add(layer.digest)
                yield layer


def index_digest(images: Sequence[ContainerImage]) -> str:
    """Return the digest of a manifest list."""
    return digest_of([(str(image.platform), image.digest) for image in images])
