"""The files of an arm's guests: its programs, where their images have them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.live.binaries.programs import Recipe, executable
from simulator.live.capabilities import NATIVE_ARCH
from simulator.live.qemu import cpio
from simulator.live.recipes import check_plain
from simulator.live.translating import NotHereError
from simulator.subsystems.files import Program, Step
from simulator.subsystems.signals import NUMBERS

IMAGES = "images"
STEPS = frozenset({"allocate", "compute", "exec", "exit", "repeat", "sleep"})
"""What programs of guests do: it needs nothing but a kernel, and starts no process, for
nobody would see that one end."""
Numbers = Mapping[str, int]
"""What stands for a program or an image in paths, by name."""


def files_of(
    programs: Mapping[str, Program], images: Mapping[str, Any], started: Iterable[str]
) -> Iterator[cpio.Entry]:
    """Go through the files of the programs that may start: a machine's, and images'.

    Raises NotHereError for a program that a guest cannot run as the model does.
    """
    numbers = numbered(programs)
    made = {
        name: executable(_recipe(programs[name], numbers))
        for name in _reached(programs, started)
    }
    for name, content in made.items():
        yield cpio.file(f"p{numbers[name]}", content)
    yield cpio.directory(IMAGES)
    for image, number in numbered(images).items():
        folder = f"{IMAGES}/{number}"
        yield cpio.directory(folder)
        yield cpio.directory(f"{folder}/proc")
        for name in images[image]["programs"]:
            if name in made:
                yield cpio.file(f"{folder}/p{numbers[name]}", made[name])


def numbered(names: Mapping[str, Any]) -> dict[str, int]:
    """Return what stands for each name in paths: no name of a scenario does."""
    return {name: number for number, name in enumerate(names, start=1)}


def _reached(programs: Mapping[str, Program], started: Iterable[str]) -> list[str]:
    """Return programs that are started, and those that they may start."""
    found = list(dict.fromkeys(started))
    for name in found:
        named = _named(programs[name].does)
        found += [other for other in named if other not in found]
    return found


def _named(steps: Iterable[Step]) -> Iterator[str]:
    for _, arguments in steps:
        if "program" in arguments:
            yield arguments["program"]
        yield from _named(arguments.get("steps", ()))


def _recipe(program: Program, numbers: Numbers) -> Recipe:
    """Return what a program does, with paths of ours for the programs it names."""
    usual = (program.format, program.arch, program.executable, program.acts_as)
    more = program.interprets or program.calls or program.truncated
    if usual != ("elf", NATIVE_ARCH, True, "program") or more:
        raise NotHereError(f"{program.name} is more than a guest's program can be")
    signals = tuple((NUMBERS[name], what) for name, what in program.signals)
    steps = _checked(program.does, numbers)
    return Recipe(numbers[program.name], steps, signals, program.reaps)


def _checked(steps: tuple[Step, ...], numbers: Numbers) -> tuple[Step, ...]:
    found: list[Step] = []
    for kind, arguments in steps:
        if kind not in STEPS:
            raise NotHereError(f"no program of a guest does the step {kind}")
        check_plain(kind, arguments)
        own = dict(arguments)
        if "program" in own:
            own["path"] = f"/p{numbers[own['program']]}"
        if "steps" in own:
            own["steps"] = _checked(own["steps"], numbers)
        found.append((kind, own))
    return tuple(found)
