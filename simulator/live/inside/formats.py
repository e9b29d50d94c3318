"""Formats registered with the kernel, for this sandbox alone (binfmt_misc).

Since Linux 6.7 a user namespace can have a list of its own; before, mounting it
fails with EPERM.
"""

import os

from simulator.live.inside import linux

_LIST = "/formats"


def register_format(line: str) -> int:
    """Register a format; return 0 or the errno of what failed."""
    try:
        if not os.path.isdir(_LIST):
            os.mkdir(_LIST)
            linux.mount("binfmt_misc", _LIST, "binfmt_misc")
        with open(f"{_LIST}/register", "w") as file:
            file.write(line)
    except OSError as error:
        return error.errno or 0
    return 0
