"""What an engine has on its disk: images, containers, volumes; how it gets more.

Layers are kept once, by digest. A tag here is the one that was pulled last: it does
not follow the registry's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.engine import Engine, Gate, Work
from simulator.events import FAILED
from simulator.subsystems.containers.images import (
    ContainerImage,
    ImagePlatform,
    Layer,
)
from simulator.subsystems.containers.registry import (
    PullError,
    Registry,
    choose,
    warning,
)
from simulator.subsystems.files import FileTree
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.platform import Platform
from simulator.subsystems.storage import DiskFullError, Storage

PULL_POLICIES = ("missing", "always", "never")
"""When the start of a container asks a registry."""
SHOWN = 19
"""Characters of a digest that people are shown: the algorithm and twelve digits."""


@dataclass(slots=True)
class ImageStore:
    """What one engine has on its disk."""

    name: str
    """The engine's name."""
    platform: Platform
    host: ImagePlatform
    """What its host is, as images name it."""
    registries: Mapping[str, Registry] = field(default_factory=dict)
    tags: dict[str, ContainerImage] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    """KiB of each layer that is here, by digest."""
    containers: list[Any] = field(default_factory=list)
    """All that were made and not removed; they outlive the engine that made them."""
    volumes: dict[str, FileTree] = field(default_factory=dict)
    arriving: dict[str, Gate] = field(default_factory=dict)
    """Layers on their way, by digest: nobody asks for one a second time."""
    free_at: int = 0
    """When the host's line is free for the next layer."""

    @property
    def engine(self) -> Engine:
        """The engine of the run."""
        return self.platform.engine

    @property
    def storage(self) -> Storage:
        """The disk that the layers are on."""
        return self.platform.storage

    def has(self, image: ContainerImage) -> bool:
        """Return whether all layers of an image are here."""
        return all(layer.digest in self.layers for layer in image.layers)

    def load(self, image: ContainerImage, cause: int | None) -> ContainerImage | None:
        """Put an image here that no registry sent: it was built here, or loaded.

        None when the disk is full; the last event tells.
        """
        for layer in image.layers:
            try:
                if layer.digest not in self.layers:
                    self._keep(layer)
            except DiskFullError as error:
                self._full("load", layer, cause, error)
                return None
        return image

    def remove(self, image: ContainerImage) -> int:
        """Take an image away; return the KiB that no other tag needs any more."""
        self.tags = {tag: kept for tag, kept in self.tags.items() if kept is not image}
        needed = {
            layer.digest for other in self.tags.values() for layer in other.layers
        }
        freed = 0
        for layer in image.layers:
            if layer.digest in self.layers and layer.digest not in needed:
                del self.layers[layer.digest]
                freed += self.storage.release(layer.digest)
        return freed

    def registry_of(self, image: ContainerImage) -> Registry | None:
        """Return the first registry that has a manifest by its digest."""
        holding = (
            registry
            for registry in self.registries.values()
            if image.digest in registry.manifests
        )
        return next(holding, None)

    def pull(self, reference: str | ContainerImage, cause: int | None) -> Work:
        """Get what a tag leads to, or one manifest by its digest.

        The result is the image, None when it was refused; the last event tells.
        """
        engine = self.engine
        yield 0
        try:
            registry, image, digest = self._resolve(reference)
        except PullError as error:
            target = reference if isinstance(reference, str) else reference.name
            engine.record(
                self.name, "pull", FAILED, cause=cause, target=target, log=str(error)
            )
            return None
        target = reference if isinstance(reference, str) else image.digest[:SHOWN]
        seq = engine.record(
            self.name,
            "resolve",
            cause=cause,
            target=target,
            registry=registry.name,
            digest=digest[:SHOWN],
        )
        missing = [e for e in image.layers if e.digest not in self.layers]
        kib = sum(layer.size_kib for layer in missing)
        for layer in image.layers:
            try:
                seq = yield from self._pull_layer(registry, layer, seq)
            except DiskFullError as error:
                self._full("pull", layer, seq, error)
                return None
        if isinstance(reference, str):
            self.tags[reference] = image
        said = warning(image, self.host)
        engine.record(
            self.name,
            "pull",
            cause=seq,
            target=target,
            digest=image.digest[:SHOWN],
            platform=str(image.platform),
            kib=kib,
            **({"log": said} if said else {}),
        )
        return image

    def _resolve(
        self, reference: str | ContainerImage
    ) -> tuple[Registry, ContainerImage, str]:
        """Ask the registries; return the one that answers, the image, the digest."""
        if isinstance(reference, ContainerImage):
            registry = self.registry_of(reference)
            if registry is None:
                raise PullError(f"manifest for {reference.name} not found")
            return registry, choose(reference, self.host), reference.digest
        for registry in self.registries.values():
            if reference in registry.tags:
                image = choose(registry.tags[reference], self.host)
                return registry, image, registry.digest(reference)
        raise PullError(
            f"manifest for {reference} not found: manifest unknown: manifest unknown"
        )

    def _pull_layer(self, registry: Registry, layer: Layer, seq: int) -> Work:
        """Get one layer unless it is here; lines serve one layer after the other."""
        engine, shown = self.engine, layer.digest[:SHOWN]
        if layer.digest in self.arriving:
            yield self.arriving[layer.digest]
        if layer.digest in self.layers:
            return engine.record(
                self.name, "layer_present", cause=seq, target=shown, kib=0
            )
        arrived = self.arriving[layer.digest] = Gate()
        try:
            return (yield from self._transfer(registry, layer, seq))
        finally:
            del self.arriving[layer.digest]
            engine.open(arrived)

    def _transfer(self, registry: Registry, layer: Layer, seq: int) -> Work:
        engine, shown = self.engine, layer.digest[:SHOWN]
        mib_s = min(self.platform.network_mib_s, registry.mib_s)
        starts = max(engine.now, self.free_at, registry.free_at)
        ends = starts + layer.size_kib * 1_000_000 // (mib_s * 1024)
        self.free_at = registry.free_at = ends
        yield ends - engine.now
        self._keep(layer)
        seq = engine.record(
            self.name, "download", cause=seq, target=shown, kib=layer.size_kib
        )
        yield self.storage.span_us(layer.size_kib)
        return engine.record(
            self.name, "extract", cause=seq, target=shown, kib=layer.size_kib
        )

    def _keep(self, layer: Layer) -> None:
        self.storage.charge(layer.digest, layer.size_kib)
        self.layers[layer.digest] = layer.size_kib

    def _full(
        self, action: str, layer: Layer, cause: int | None, error: DiskFullError
    ) -> None:
        self.engine.record(
            self.name,
            action,
            FAILED,
            cause=cause,
            target=layer.digest[:SHOWN],
            errno=ERRNO["ENOSPC"],
            errno_name="ENOSPC",
            log=f"failed to register layer: {error}",
        )
