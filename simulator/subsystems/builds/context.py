"""The build context: the files beside a Dockerfile, as they are at the moment."""

from dataclasses import dataclass, field, replace

from simulator.dockerfile import IgnoreList
from simulator.subsystems.builds.trees import Entry
from simulator.subsystems.files import DataFile


@dataclass(slots=True)
class Context:
    """A directory that builds copy from."""

    name: str
    files: dict[str, Entry] = field(default_factory=dict)
    """By path from the context's root, with a slash in front."""
    touched: dict[str, int] = field(default_factory=dict)
    """When each file was last written."""
    ignored: IgnoreList = field(default_factory=IgnoreList)

    def sent(self) -> dict[str, Entry]:
        """Return the files that a builder gets to see."""
        return {
            path: entry
            for path, entry in self.files.items()
            if not self.ignored.excludes(path)
        }

    def write(self, path: str, content: str, now: int) -> None:
        """Write a file anew; without a content, the one that it has."""
        entry = self.files.get(path)
        if entry is not None:
            self.files[path] = replace(entry, content=content or entry.content)
        else:
            size = len(content.encode("utf-8", "replace"))
            self.files[path] = DataFile(path, size, content)
        self.touched[path] = now
