"""What package managers have in common: what is installed, what more is needed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulator.calibration import figure
from simulator.engine import Work
from simulator.subsystems.builds.archives import Archive, Index, Package
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.trees import place
from simulator.subsystems.files import DataFile, FileTree

KIB = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """One package to be installed: from which list, in which version."""

    index: Index
    package: Package
    version: str

    @property
    def archive(self) -> Archive:
        """The archive that has it."""
        return self.index.archive


def installed(tree: FileTree, database: str) -> dict[str, str]:
    """Return the packages that a manager has installed: name and version."""
    prefix = f"{database}/"
    return {
        path.removeprefix(prefix): entry.content
        for path, entry in tree.data.items()
        if path.startswith(prefix)
    }


def find(indices: Iterable[Index], name: str) -> Wanted | None:
    """Return a package by the first list that has it."""
    for index in indices:
        version = index.version(name)
        if version is not None:
            return Wanted(index, index.archive.packages[name], version)
    return None


def closure(
    named: Iterable[Wanted], indices: list[Index], *, recommends: bool
) -> list[Wanted]:
    """Return the packages with all that they need, those needed first.

    What no list has is left out: a name that cannot be found ends an installation
    only where somebody asked for it.
    """
    order: dict[str, Wanted] = {}
    seen: set[str] = set()

    def add(wanted: Wanted) -> None:
        package = wanted.package
        if package.name in seen:
            return
        seen.add(package.name)
        for name in package.depends + (package.recommends if recommends else ()):
            found = find(indices, name)
            if found is not None:
                add(found)
        order[package.name] = wanted

    for wanted in named:
        add(wanted)
    return [*order.values()]


def available(call: Call, wanted: Wanted) -> bool:
    """Return whether the archive still has what its list said."""
    keeps = call.site.mechanisms["build.archive"] == "keeps"
    return keeps or wanted.archive.offers(wanted.package, wanted.version, call.site.now)


def fetch(call: Call, wanted: Wanted) -> Work:
    """Download a package."""
    yield from call.site.download(wanted.package.download_kib, wanted.archive.mib_s)


def unpack(call: Call, wanted: Wanted, database: str) -> Work:
    """Put a package's files into the tree and note that it is installed."""
    package, tree, arch = wanted.package, call.tree, call.site.arch
    kib = package.installed_kib
    yield from call.site.compute(kib * figure("package_unpack") // KIB)
    content = f"{package.name} {wanted.version}"
    path = f"/usr/lib/{package.name}"
    tree.put(DataFile(f"{path}/files", kib * KIB, content))
    for program in package.programs:
        is_built_for = program.arch == arch
        place(
            tree, program if is_built_for else replace(program, arch=arch), program.path
        )
    tree.merge((), package.libraries)
    for entry in package.files:
        tree.put(entry)
    tree.put(DataFile(f"{database}/{package.name}", 0, wanted.version))


def remove(
    call: Call, package: str, archives: Iterable[Archive], database: str
) -> None:
    """Take a package's files out of the tree."""
    tree = call.tree
    tree.hide(f"/usr/lib/{package}")
    tree.hide(f"{database}/{package}")
    for archive in archives:
        found = archive.packages.get(package)
        if found is not None:
            for program in found.programs:
                tree.hide(program.path)
            for entry in found.files:
                tree.hide(entry.path)
