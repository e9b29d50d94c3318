"""Files as a process sees them: its file tree, and what the kernel makes up."""

from simulator.lab.files.nodes import File, FileError, Folder, Link, Node
from simulator.lab.files.tree import (
    absolute,
    find,
    names_in,
    read_file,
    remove_file,
    write_file,
)

__all__ = [
    "File",
    "FileError",
    "Folder",
    "Link",
    "Node",
    "absolute",
    "find",
    "names_in",
    "read_file",
    "remove_file",
    "write_file",
]
