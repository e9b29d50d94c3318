"""Programs that base images and packages bring, as functions of files and world.

A tool is found by the name of its file. It gets a ``Call``, changes the file tree,
lets time pass, and returns its exit status; its messages are those of the real one.
"""

from collections.abc import Callable, Mapping

from simulator.engine import Work
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.tools import (
    apk,
    apt,
    compilers,
    fetching,
    filing,
    looking,
    people,
    pip,
)

Tool = Callable[[Call], Work]

TOOLS: Mapping[str, Tool] = {
    **apt.TOOLS,
    **apk.TOOLS,
    **pip.TOOLS,
    **compilers.TOOLS,
    **fetching.TOOLS,
    **filing.TOOLS,
    **looking.TOOLS,
    **people.TOOLS,
}
"""Every tool, by the name of its program."""
