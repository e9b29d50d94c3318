"""Registries: manifests by digest, which never change, and tags, which move."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.subsystems.containers.images import (
    ContainerImage,
    ImagePlatform,
    Reference,
    index_digest,
)


class PullError(Exception):
    """A registry, or the engine that asks it, has no image to give: a log line."""


@dataclass(slots=True)
class Registry:
    """A server that holds images."""

    name: str
    mib_s: int
    """What it sends in a second, all clients together."""
    tags: dict[str, Reference] = field(default_factory=dict)
    manifests: dict[str, ContainerImage] = field(default_factory=dict)
    """All that was ever pushed, by digest: a tag that moves away takes none along."""
    free_at: int = 0
    """When its line is free for the next layer."""

    def push(self, tag: str, images: Iterable[ContainerImage]) -> str:
        """Let a tag lead to these: one manifest, or an index; return that digest."""
        found = tuple(images)
        for image in found:
            self.manifests[image.digest] = image
        self.tags[tag] = found[0] if len(found) == 1 else found
        return self.digest(tag)

    def digest(self, tag: str) -> str:
        """Return the digest that a tag leads to at present."""
        target = self.tags[tag]
        if isinstance(target, ContainerImage):
            return target.digest
        return index_digest(target)


def choose(reference: Reference, host: ImagePlatform) -> ContainerImage:
    """Return the manifest that an engine on such a host takes.

    Of an index it takes the first that suits, on Windows one of the host's own
    build before others. A manifest alone is taken for what it is, whatever the
    processor that it is for. Raises PullError.
    """
    if isinstance(reference, ContainerImage):
        _check_system(reference, host)
        return reference
    suiting = [image for image in reference if image.platform.suits(host)]
    if not suiting:
        raise PullError(f"no matching manifest for {host} in the manifest list entries")
    same = (i for i in suiting if i.platform.os_version == host.os_version)
    return next(same, suiting[0])


def warning(image: ContainerImage, host: ImagePlatform) -> str:
    """Return what an engine says when an image does not suit its processor."""
    if image.arch == host.arch:
        return ""
    return (
        f"The requested image's platform ({image.platform}) does not match the"
        f" detected host platform ({host})"
    )


def _check_system(image: ContainerImage, host: ImagePlatform) -> None:
    if image.platform.os != host.os:
        raise PullError(
            f'image operating system "{image.platform.os}" cannot be used on this'
            " platform: operating system is not supported"
        )
