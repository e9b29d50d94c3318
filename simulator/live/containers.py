"""Containers of a plan: what they run, in which namespaces, under which limits."""

import re
from typing import Any

from simulator.live.binaries.programs import Recipe, executable
from simulator.live.files import (
    MISSING,
    write_file,
    write_libraries,
    write_program,
    write_shell,
)
from simulator.live.translation import Arguments, Disk, NotHereError, Translation
from simulator.scenario.vocabulary import VERBS as WORDS
from simulator.subsystems.files import RUNTIMES, Program, Step
from simulator.subsystems.namespaces import KINDS
from simulator.subsystems.network.bridges import DEFAULT, HOST
from simulator.subsystems.signals import NUMBERS

START = WORDS["start_container"]
WISHES = frozenset(
    {
        "name",
        "on",
        "image",
        "count",
        "run",
        "entrypoint",
        "command",
        "init",
        "network",
        "boottime_offset_s",
        "host_namespaces",
        "uid_map",
        "limits",
    }
)
"""What a container of a probe can be given; all else must be as usual."""
CONTROLLERS = {
    "pids_max": "pids",
    "memory_max_mib": "memory",
    "cpu_quota_us": "cpu",
    "oom_group": "oom_group",
}
"""Limits that a probe sets, and the capability that each needs."""
_LINE = re.compile(r"[A-Za-z0-9_./-]+( [A-Za-z0-9_./-]+)*\Z")
"""Lines for a shell that are one command."""
_STOP, _TERM = "stop_signal", "SIGTERM"
_FORWARDED = ("SIGTERM", "SIGINT")


def start_container(
    translation: Translation, arguments: Arguments, _spec: Arguments
) -> list[tuple[int, str]]:
    """Add the steps that start containers. Raises NotHereError with the reason."""
    if not translation.engine:
        raise NotHereError("no engine was installed")
    for name, (_, usual) in START.fields.items():
        if name not in WISHES and arguments[name] != usual:
            raise NotHereError(f"containers of a probe know nothing of {name}")
    if arguments["image"] not in translation.images:
        raise NotHereError("a probe's container runs a program of an image")
    if translation.images[arguments["image"]]["config"].get(_STOP, _TERM) != _TERM:
        raise NotHereError("containers of a probe are stopped by SIGTERM")
    limits = _limits(translation, arguments["limits"])
    base = _uid_base(translation, arguments)
    kinds = _namespaces(translation, arguments, base)
    image = _image(translation, arguments["image"])
    program, path = _command(translation, arguments, image)
    if arguments["init"]:
        path = _init(translation, image, path)
    steps = []
    group = translation.groups.setdefault(arguments["name"], [])
    for _ in range(arguments["count"]):
        name = f"{arguments['name']}-{len(group) + 1}"
        step = translation.add(
            "contain",
            name=name,
            image=image,
            path=path,
            namespaces=kinds,
            uid_base=base,
            boottime_offset_s=arguments["boottime_offset_s"] or 0,
            cgroups=[],
            limits=limits,
        )
        group.append(name)
        translation.image_of[name] = f"/images/{image}"
        translation.runs[name] = program
        steps.append((step, name))
    return steps


def _namespaces(
    translation: Translation, arguments: Arguments, base: int | None
) -> list[str]:
    """Return the kinds of namespaces that a container gets of its own."""
    if arguments["network"] not in {DEFAULT, HOST}:
        raise NotHereError("containers of a probe have no network but the loopback")
    shared = set(arguments["host_namespaces"])
    shared |= {"net"} if arguments["network"] == HOST else set()
    kinds = set(translation.namespaces)
    kinds |= {"user"} if base is not None else set()
    kinds |= {"time"} if arguments["boottime_offset_s"] is not None else set()
    if "time" in kinds - shared:
        translation.need("time")
    return [kind for kind in KINDS if kind in kinds - shared]


def _limits(translation: Translation, limits: Arguments) -> dict[str, int]:
    """Return the limits that a group of this machine can have."""
    found: dict[str, int] = {}
    for name, value in limits.items():
        if value is None:
            continue
        if name not in CONTROLLERS:
            raise NotHereError(f"no probe sets {name} of a cgroup")
        translation.need(CONTROLLERS[name])
        found[name] = int(value)
    return found


def _uid_base(translation: Translation, arguments: Arguments) -> int | None:
    """Return the first outside user of a container's map; None without a map."""
    ranges = arguments.get("uid_map", ())
    if not ranges:
        return None
    translation.need("users")
    if len(ranges) > 1 or ranges[0]["inside"]:
        raise NotHereError("a probe's user map is one range from 0 on")
    return int(ranges[0]["outside"])


def _image(translation: Translation, image: str) -> str:
    """Write an image's files once; return its number as text."""
    number = str(list(translation.images).index(image))
    folder = f"/images/{number}"
    if folder not in translation.disks:
        fields = translation.images[image]
        if fields["layers"] or fields["os"] != "linux":
            raise NotHereError(f"{image} is more than a probe's image can be")
        translation.disks[folder] = Disk(set(fields["programs"]))
        posix = [name for name in fields["libraries"] if RUNTIMES[name].api == "posix"]
        write_libraries(translation, folder, posix)
        for program in fields["programs"]:
            write_program(translation, program, folder)
    return number


def _command(
    translation: Translation, arguments: Arguments, image: str
) -> tuple[str, str]:
    """Return the program that a container runs, and the path of its file."""
    if arguments["run"] is not None:
        name = arguments["run"]
        translation.started.add(name)
        return name, f"/p{translation.number(name)}"
    words = _words(translation.images[arguments["image"]]["config"], arguments)
    if not words:
        raise NotHereError("a probe's container runs a program of an image")
    fields = translation.images[arguments["image"]]
    found = _at(translation, fields, words[0])
    if found is None:
        return "", MISSING
    path = f"/p{translation.number(found.name)}"
    translation.started.add(found.name)
    if found.acts_as == "shell":
        steps = _line(translation, fields, found, words[1:])
        write_shell(translation, found, steps, f"/images/{image}")
    elif found.acts_as != "program":
        raise NotHereError(f"{found.name} does what its arguments say")
    return found.name, path


def _words(config: Arguments, arguments: Arguments) -> tuple[str, ...]:
    """Return entrypoint and command, as engines put them together."""
    entry, command = arguments["entrypoint"], arguments["command"]
    if command is None:
        command = config.get("cmd", ()) if entry is None else ()
    return (*(config.get("entrypoint", ()) if entry is None else entry), *command)


def _at(translation: Translation, image: Arguments, path: str) -> Program | None:
    programs = (translation.programs[name] for name in image["programs"])
    return next((program for program in programs if program.path == path), None)


def _line(
    translation: Translation, image: Arguments, shell: Program, words: tuple[str, ...]
) -> tuple[Step, ...]:
    """Return what a shell does about ``-c`` and a line with one command."""
    if len(words) != 2 or words[0] != "-c" or not _LINE.match(words[1]):  # noqa: PLR2004
        raise NotHereError("a probe's shell takes -c and one command")
    command = words[1].split()
    becomes = command[0] == "exec" or shell.execs_last
    found = _at(translation, image, command[command[0] == "exec"])
    path = MISSING
    if found is not None:
        translation.started.add(found.name)
        path = f"/p{translation.number(found.name)}"
    asked: dict[str, Any] = {"path": path, "wait": True}
    return (("exec" if becomes else "spawn", asked), ("exit", {}))


def _init(translation: Translation, image: str, path: str) -> str:
    """Write the engine's own init, which runs the program at a path; return its own."""
    recipe = Recipe(
        translation.init,
        (("stand_in_front", {"path": path}),),
        tuple((NUMBERS[name], "forward") for name in _FORWARDED),
    )
    own = f"/p{translation.init}"
    write_file(translation, f"/images/{image}{own}", executable(recipe))
    return own
