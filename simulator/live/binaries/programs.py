"""From the steps of a program to a static executable that carries them out."""

from simulator.live.binaries import asking, life, sockets
from simulator.live.binaries.formats import elf
from simulator.live.binaries.writing import STEPS, Recipe, Writer

__all__ = ["NEEDS", "STEPS", "Recipe", "executable"]

NEEDS = {**asking.NEEDS, **sockets.NEEDS}
"""System calls that a step makes beyond those that every program may make."""
for _kind in (life, asking, sockets):
    STEPS.update(_kind.STEPS)


def executable(recipe: Recipe, *, interpreter: str = "", before: bytes = b"") -> bytes:
    """Return the ELF file of a program for x86-64.

    ``before`` is code that its first instructions come after.

    Raises KeyError for a step that a program of a live probe cannot carry out.
    """
    writer = Writer(recipe)
    writer.write()
    code = before + writer.code.finished()
    return elf(code, "x86_64", interpreter=interpreter)
