"""``RUN --mount``: files that a step sees and that no layer keeps."""

from collections.abc import Collection
from dataclasses import dataclass, field

from simulator.dockerfile import Instruction
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.trees import (
    Entry,
    absolute,
    files_in,
    make_directory,
    place,
)
from simulator.subsystems.files import DataFile, FileTree

KINDS = ("cache", "secret", "tmpfs")
SECRET_BYTES = 64


@dataclass(slots=True)
class Mounts:
    """The mounts of one RUN, and what its caches hold between builds."""

    caches: dict[str, list[Entry]]
    """By the directory, or by the id that a mount gives."""
    secrets: Collection[str]
    """Secrets that whoever builds has handed over, by id."""
    mounted: list[tuple[str, str]] = field(default_factory=list)
    """Where something is mounted, and of a cache its key."""

    def mount(self, instruction: Instruction, tree: FileTree, workdir: str) -> None:
        """Put everything that a RUN asks for into its tree; raise BuildError."""
        for name, value in instruction.flags:
            if name == "mount":
                self._one(
                    dict(p.partition("=")[::2] for p in value.split(",")), tree, workdir
                )

    def unmount(self, tree: FileTree) -> None:
        """Take it all out again; a cache keeps what it holds by now."""
        for path, key in self.mounted:
            if key:
                self.caches[key] = files_in(tree, path)
            tree.hide(path)
        self.mounted.clear()

    def _one(self, wanted: dict[str, str], tree: FileTree, workdir: str) -> None:
        kind = wanted.get("type", "bind")
        if kind not in KINDS:
            raise BuildError(f"mounts of type {kind!r} are not modelled")
        name = wanted.get("id", "")
        target = wanted.get("target") or wanted.get("dst") or f"/run/secrets/{name}"
        path = absolute(workdir, target)
        if kind == "secret":
            self._secret(name, path, wanted, tree)
            return
        make_directory(tree, path)
        key = (name or path) if kind == "cache" else ""
        for entry in self.caches.get(key, ()):
            place(tree, entry, entry.path)
        self.mounted.append((path, key))

    def _secret(
        self, name: str, path: str, wanted: dict[str, str], tree: FileTree
    ) -> None:
        if name in self.secrets:
            tree.put(DataFile(path, SECRET_BYTES, name))
            self.mounted.append((path, ""))
        elif wanted.get("required", "false") != "false":
            raise BuildError(f"secret {name}: not found")
