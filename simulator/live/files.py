"""The files of a plan: programs from their steps, libraries, files of other kinds.

Every path and every byte of a file is this package's own. A program that was linked
against libraries asks for a loader at a path that stands for them, and the kernel finds
it there or not.
"""

import base64

from simulator.live.binaries import formats
from simulator.live.binaries.handing import BESIDE, handed_over
from simulator.live.binaries.loader import loader
from simulator.live.binaries.programs import NEEDS, Recipe, executable
from simulator.live.capabilities import NATIVE_ARCH
from simulator.live.recipes import checked, kinds_of
from simulator.live.translation import Disk, NotHereError, Translation
from simulator.subsystems.files import RUNTIMES, STATIC, Program, Step
from simulator.subsystems.loaders import refusal
from simulator.subsystems.signals import NUMBERS

MISSING = "/missing"
"""A path where no sandbox ever has a file."""
_OLD = "i386"
"""The architecture whose programs only want something that is not there."""


def write_libraries(translation: Translation, folder: str, names: list[str]) -> int:
    """Add libraries to a disk; return the number of the last step."""
    number = len(translation.steps)
    for name in names:
        if RUNTIMES[name].api != "posix" or name.endswith(_OLD):
            raise NotHereError(f"a probe has no libraries like {name}")
        translation.disks.setdefault(folder, Disk()).libraries.add(name)
        path = f"{folder}{_path_of(name)}"
        number = write_file(translation, path, loader())
    return number


def write_program(translation: Translation, name: str, folder: str) -> int:
    """Write a program's file; return the number of the step.

    Where no program of a probe can be like it, the file is empty and the reason kept.
    """
    program = translation.programs[name]
    disk = translation.disks.setdefault(folder, Disk())
    disk.programs.add(name)
    number = translation.number(name)
    mode = 0o755 if program.executable else 0o644
    try:
        if program.format == "script":
            content = _script(program, number)
        else:
            content = _binary(translation, program, disk)
        _write_interpreters(translation, name, folder)
        _write_beside(translation, program, folder)
    except NotHereError as error:
        translation.refused[name] = str(error)
        content = b""
    return write_file(translation, f"{folder}/p{number}", content, mode)


def write_shell(
    translation: Translation, program: Program, steps: tuple[Step, ...], folder: str
) -> None:
    """Write a shell that does what a command line told it."""
    recipe = Recipe(translation.number(program.name), steps)
    content = executable(
        recipe, interpreter=_loader(program, translation.disks[folder])
    )
    write_file(translation, f"{folder}/p{recipe.number}", content)


def write_file(
    translation: Translation, path: str, content: bytes, mode: int = 0o755
) -> int:
    """Write a file of this package's own; return the number of the step."""
    text = base64.b64encode(content).decode()
    return translation.add("write", path=path, content=text, mode=mode)


def _binary(translation: Translation, program: Program, disk: Disk) -> bytes:
    if program.calls or program.truncated or program.oom_score_adj:
        raise NotHereError(f"{program.name} is more than a probe's program can be")
    if program.arch not in formats.WRITTEN[program.format]:
        raise NotHereError(f"no probe has {program.format} files for {program.arch}")
    if program.format == "pe":
        return formats.pe(program.arch)
    if program.format == "mach-o":
        return formats.mach_o(program.arch)
    if program.arch == _OLD:
        return _old(translation, program)
    if program.arch != NATIVE_ARCH:
        return formats.elf(b"\xd4\x00\x00\x00", program.arch)
    recipe = _recipe(translation, program, program.does)
    before = handed_over() if program.interprets else b""
    return executable(recipe, interpreter=_loader(program, disk), before=before)


def _write_beside(translation: Translation, program: Program, folder: str) -> None:
    """Write what a registered interpreter becomes when it is handed a program.

    One that cannot read the program gives up.
    """
    name = translation.handlers.get((program.format, program.arch))
    if name is None:
        return
    if refusal(translation.programs[name].interprets, program):
        recipe = Recipe(translation.number(program.name), (("exit", {"status": 1}),))
    else:
        recipe = _recipe(translation, program, program.does)
    write_file(translation, f"{folder}/p{recipe.number}{BESIDE}", executable(recipe))


def _old(translation: Translation, program: Program) -> bytes:
    """Return a 32-bit file that is never loaded: what it was linked against is not."""
    translation.need("compat32")
    if program.links in {"", STATIC}:
        raise NotHereError("no program of a probe has 32 bits")
    return formats.elf32(_path_of(program.links))


def _loader(program: Program, disk: Disk) -> str:
    """Return where a program's loader has to be; nothing for one without."""
    if program.links == STATIC:
        return ""
    if program.links:
        return _path_of(program.links)
    posix = sorted(name for name in disk.libraries if RUNTIMES[name].api == "posix")
    return _path_of(posix[0]) if posix else MISSING


def _path_of(library: str) -> str:
    return f"/l{list(RUNTIMES).index(library)}"


def _script(program: Program, number: int) -> bytes:
    """Return a script that names an interpreter of its own."""
    path = f"/p{number}i" if program.interpreter else ""
    return formats.script(path, line_end="\r\n" if program.crlf else "\n")


def _write_interpreters(translation: Translation, name: str, folder: str) -> None:
    """Write what carries scripts out where, with this program, a disk has both.

    The interpreter of a script does what the script wants.
    """
    disk = translation.disks[folder]
    there = {translation.programs[other].path: other for other in disk.programs}
    for script in sorted(disk.programs):
        program = translation.programs[script]
        found = there.get(program.interpreter)
        if found is None or name not in {script, found}:
            continue
        content = executable(
            _recipe(translation, program, program.does),
            interpreter=_loader(translation.programs[found], disk),
        )
        path = f"{folder}/p{translation.number(script)}i"
        write_file(translation, path, content)


def _recipe(
    translation: Translation, program: Program, steps: tuple[Step, ...]
) -> Recipe:
    if program.acts_as not in {"program", "shell"}:
        raise NotHereError(f"{program.name} does what its arguments say")
    own = checked(translation, steps)
    for kind in kinds_of(own):
        translation.calls.update(NEEDS.get(kind, ()))
    signals = tuple((NUMBERS[name], what) for name, what in program.signals)
    return Recipe(translation.number(program.name), own, signals, program.reaps)
