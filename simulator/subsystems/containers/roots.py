"""What a container has as its root file system, and what is mounted into it."""

from collections.abc import Mapping

from simulator.mechanisms import Value
from simulator.subsystems.containers.images import ContainerImage
from simulator.subsystems.containers.wishes import Wish
from simulator.subsystems.files import FileTree, Mount
from simulator.subsystems.filesystem import renamed
from simulator.subsystems.storage import Storage, blocks_kib


def make_root(
    image: ContainerImage, name: str, storage: Storage, mechanisms: Mapping[str, Value]
) -> FileTree:
    """Return the root of a new container: an upper directory on the image's layers.

    Raises DiskFullError when layers are copied and there is no room.
    """
    if mechanisms["container.writes"] == "image":
        image.tree.storage = storage
        return image.tree
    if mechanisms["container.layers"] == "copied":
        storage.charge(name, image.size_kib)
        root = image.tree.copy(name)
    else:
        root = image.tree.overlay(name)
    root.storage = storage
    return root


def mount_all(
    root: FileTree,
    image: ContainerImage,
    wish: Wish,
    volumes: dict[str, FileTree],
    host: FileTree,
    *,
    kept: bool = True,
) -> list[str]:
    """Mount what is asked for, and a volume for each path that the image wants one.

    Return the names of the volumes that nobody has named. Raises DiskFullError when
    there is no room for a new volume's files. With ``kept`` false no
    volume is made: its path is one of the root like any other.
    """
    for asked in wish.mounts:
        if asked.volume and kept:
            tree = _volume(volumes, asked.volume, root, image, asked.target)
            root.mounts[asked.target] = Mount(tree, read_only=asked.read_only)
        elif not asked.volume:
            root.mounts[asked.target] = Mount(
                host, asked.source, asked.read_only, asked.uid, checks_owner=True
            )
    anonymous: list[str] = []
    for target in image.config.volumes if kept else ():
        if target not in {asked.target for asked in wish.mounts}:
            name = f"{root.device}:{target}"
            tree = _volume(volumes, name, root, image, target)
            root.mounts[target] = Mount(tree)
            anonymous.append(name)
    return anonymous


def _volume(
    volumes: dict[str, FileTree],
    name: str,
    root: FileTree,
    image: ContainerImage,
    target: str,
) -> FileTree:
    """Return a volume; a new one begins with what the image has at its path."""
    if name in volumes:
        return volumes[name]
    if root.storage is None:
        raise AssertionError
    tree = FileTree(device=f"volume {name}", storage=root.storage)
    found = (image.tree.data.get(path) for path in image.tree.under(target))
    entries = [entry for entry in found if entry is not None]
    root.storage.charge(tree.device, sum(blocks_kib(entry.size) for entry in entries))
    for entry in entries:
        tree.put(renamed(entry, entry.path[len(target) :]))
    volumes[name] = tree
    return tree
