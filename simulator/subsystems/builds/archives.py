"""What the network offers: package archives and single files, both moving with time.

Everything here is a function of the clock. A package that is released anew every so
often has another version then, and most archives do not keep the one before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.subsystems.files import DataFile, Program


@dataclass(frozen=True, slots=True)
class Package:
    """A package: what it brings, and what else it wants to be installed."""

    name: str
    version: str
    download_kib: int
    installed_kib: int
    depends: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    programs: tuple[Program, ...] = ()
    libraries: tuple[str, ...] = ()
    files: tuple[DataFile, ...] = ()
    release_us: int = 0
    """How often a new version comes; 0: never."""

    def version_at(self, now: int) -> str:
        """Return the version that is released at a time."""
        if not self.release_us:
            return self.version
        return f"{self.version}-{1 + now // self.release_us}"


class Index(NamedTuple):
    """What an archive's list said when it was fetched."""

    archive: "Archive"
    at: int

    def version(self, package: str) -> str | None:
        """Return the version that the list has of a package; None: it has none."""
        found = self.archive.packages.get(package)
        return None if found is None else found.version_at(self.at)


@dataclass(frozen=True, slots=True)
class Archive:
    """A server of packages for one package manager."""

    name: str
    manager: str
    """``apt``, ``apk`` or ``pip``."""
    host: str
    index_kib: int
    mib_s: int
    packages: Mapping[str, Package] = field(default_factory=dict)
    keeps_old: bool = False
    """Versions stay when a newer one comes."""

    def changed_at(self, now: int) -> int:
        """Return when the list last changed: until then it was another one."""
        return max(
            (
                now - now % package.release_us
                for package in self.packages.values()
                if package.release_us
            ),
            default=0,
        )

    def index(self, now: int) -> DataFile:
        """Return the list of packages as a file; its content names its state."""
        content = f"{self.name}@{self.changed_at(now)}"
        return DataFile(self.name, self.index_kib * 1024, content)

    def read(self, content: str) -> Index | None:
        """Return what a file with this content lists; None when it is no list."""
        name, _, at = content.partition("@")
        return Index(self, int(at)) if name == self.name and at.isdigit() else None

    def offers(self, package: Package, version: str, now: int) -> bool:
        """Return whether this version can be downloaded now."""
        return self.keeps_old or package.version_at(now) == version


@dataclass(frozen=True, slots=True)
class Resource:
    """A single file that some address leads to."""

    name: str
    url: str
    kib: int
    content: str = ""
    program: Program | None = None
    release_us: int = 0
    """How often what the address leads to becomes another file; 0: never."""

    def content_at(self, now: int) -> str:
        """Return what is downloaded at a time."""
        if not self.release_us:
            return self.content
        return f"{self.content}#{1 + now // self.release_us}"
