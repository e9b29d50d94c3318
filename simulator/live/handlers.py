"""Interpreters that are registered for formats (binfmt_misc) in a sandbox of their own.

The kernel decides which file goes to which interpreter, and whether it finds that. An
interpreter of a probe translates nothing: it becomes the program beside the file that
was handed to it, which does for this processor what the file is to do.
"""

from collections.abc import Iterable

from simulator.live.binaries.formats import WRITTEN
from simulator.live.binaries.handing import registration
from simulator.live.capabilities import NATIVE_ARCH
from simulator.live.translation import Arguments, NotHereError, Translation

HANDED = frozenset({"elf", "pe", "mach-o"})
"""Formats whose first bytes tell them and their processor."""


def planned(plan: Iterable[tuple[str, Arguments]]) -> dict[tuple[str, str], str]:
    """Return what a plan registers, now or later: interpreters by format and processor.

    Raises NotHereError for what no probe registers.
    """
    found: dict[tuple[str, str], str] = {}
    for verb, arguments in plan:
        if verb != "register_format":
            continue
        kind = (arguments["format"], arguments["arch"])
        is_known = kind[0] in HANDED and kind[1] in WRITTEN[kind[0]]
        if not is_known or kind == ("elf", NATIVE_ARCH):
            raise NotHereError(f"no probe registers {kind[0]} for {kind[1]}")
        if found.setdefault(kind, arguments["interpreter"]) != arguments["interpreter"]:
            raise NotHereError("a probe has one interpreter for a format")
    return found


def register_format(
    translation: Translation, arguments: Arguments, spec: Arguments
) -> list[tuple[int, str]]:
    """Add the step that registers an interpreter. Raises NotHereError."""
    if arguments["on"] not in spec["machines"]:
        raise NotHereError("formats are registered with the machine's own kernel")
    translation.need("formats")
    interpreter = arguments["interpreter"]
    translation.started.add(interpreter)
    line = registration(
        f"f{len(translation.steps)}",
        arguments["format"],
        arguments["arch"],
        f"/p{translation.number(interpreter)}",
        opened=arguments["open_now"],
    )
    return [(translation.add("register", line=line), arguments["name"])]
