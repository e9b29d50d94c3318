"""From an arm of a scenario to a plan for a sandbox, where this kernel can do it.

Only names of kinds and checked numbers of a scenario come through: every path, every
byte of a file and every step is this package's own.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.live.binaries import formats
from simulator.live.binaries.programs import STEPS, Recipe, executable
from simulator.live.capabilities import NATIVE_ARCH, Report
from simulator.live.sandbox import Fact
from simulator.mechanisms import listed
from simulator.programs import programs_of
from simulator.running import arranged
from simulator.scenario.model import Params, Scenario
from simulator.scenario.vocabulary import VERBS as WORDS
from simulator.subsystems.families import RUNTIME_OF_FAMILY
from simulator.subsystems.files import RUNTIMES, Program, Step
from simulator.subsystems.signals import NUMBERS

Arguments = Mapping[str, Any]
MISSING = "/missing"
"""A path where no sandbox ever has a file."""
OURS = frozenset({"container.namespaces"})
"""Mechanisms that a change can set here too: the runtime is this package's own."""
START, LOAD = WORDS["start_container"], WORDS["load"]
WISHES = frozenset(
    {"name", "on", "image", "count", "run", "host_namespaces", "uid_map", "limits"}
)
"""What a container of a probe can be given; all else must be as usual."""
CONTROLLERS = {"pids_max": "pids"}
"""Limits that a probe sets, and what a group needs for them. Memory is not among them:
what a program gets of it depends on how much this machine has."""
SETTLE_S = 0.3


class NotHereError(Exception):
    """An arm cannot be carried out on this kernel; the message says why."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of a plan, and the steps of the sandbox that carry it out."""

    verb: str
    arguments: Arguments
    steps: tuple[tuple[int, str], ...]
    """Number of each step, and the name of what it makes or runs."""


@dataclass(slots=True)
class Translation:
    """An arm as a sandbox carries it out."""

    steps: list[Fact] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    programs: dict[str, Program] = field(default_factory=dict)
    images: Mapping[str, Any] = field(default_factory=dict)
    host: set[str] = field(default_factory=set)
    """Programs on the machine's own disk."""
    executable: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    """Images that are there already."""
    groups: dict[str, list[str]] = field(default_factory=dict)
    """Containers by the name that a plan gives them."""
    runs: dict[str, str] = field(default_factory=dict)
    """Program of each thing that was started."""
    namespaces: tuple[str, ...] = ()
    system: str = ""
    machine: str = ""
    engine: str = ""

    def number(self, program: str) -> int:
        """Return what stands for a program in paths and records."""
        return list(self.programs).index(program) + 1

    def add(self, do: str, **facts: Any) -> int:
        """Append a step and return its number."""
        number = len(self.steps)
        self.steps.append({"do": do, "step": number, **facts})
        return number


def translated(
    scenario: Scenario, arm: str, params: Params, report: Report
) -> Translation:
    """Return an arm as a plan for a sandbox. Raises NotHereError with the reason."""
    spec, mechanisms = arranged(scenario, scenario.arm(arm), params)
    for change in scenario.arm(arm).changes:
        if change.is_mechanism and change.target not in OURS:
            raise NotHereError(f"nobody can change {change.target} of a real kernel")
    translation = Translation(
        programs=programs_of(spec["programs"]),
        images=spec["images"],
        namespaces=listed(mechanisms["container.namespaces"]),
    )
    for verb, arguments in scenario.plan_templates[arm].fill(params):
        if verb not in VERBS:
            raise NotHereError(f"no probe does what {verb} does")
        steps = VERBS[verb](translation, arguments, spec, report)
        translation.deeds.append(Deed(verb, arguments, tuple(steps)))
    translation.add("look")
    return translation


def _install(
    translation: Translation, arguments: Arguments, spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    what = arguments["what"]
    if what in spec["systems"]:
        if spec["systems"][what]["family"] != "linux":
            raise NotHereError(f"{what} is no Linux, this kernel is")
        translation.system = what
        return []
    if not translation.machine:
        raise NotHereError("a sandbox stands on a system that runs")
    if what in spec["engines"]:
        translation.engine = what
        return []
    if what not in translation.programs:
        raise NotHereError(f"{what} cannot be installed in a sandbox")
    if arguments["on"] not in spec["machines"]:
        raise NotHereError("programs are written to the machine's disk only")
    translation.host.add(what)
    number = _write(translation, what, "", (RUNTIME_OF_FAMILY["linux"],))
    return [(number, what)]


def _power_on(
    translation: Translation, arguments: Arguments, spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    if translation.machine:
        raise NotHereError("a sandbox is one machine")
    if not translation.system:
        raise NotHereError("a sandbox stands on a Linux, here nothing would boot")
    arch = spec["machines"][arguments["machine"]]["arch"]
    if arch != NATIVE_ARCH:
        raise NotHereError(f"the machine is {arch}, this one is {NATIVE_ARCH}")
    translation.machine = arguments["machine"]
    return []


def _make_executable(
    translation: Translation, arguments: Arguments, _spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    program = arguments["program"]
    number = translation.number(program)
    step = translation.add("mode", path=f"/p{number}", mode=0o755)
    return [(step, program)]


def _execute(
    translation: Translation, arguments: Arguments, _spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    program = arguments["program"]
    if arguments["cgroup"] is not None:
        raise NotHereError("probes have cgroups for containers only")
    places = translation.groups.get(arguments["on"], [""])
    path = f"/p{translation.number(program)}"
    steps = []
    for place in places:
        name = f"{program}-{len(translation.runs)}"
        translation.runs[name] = program
        step = translation.add("run", name=name, path=path, **{"in": place})
        steps.append((step, name))
    return steps


def _start_container(
    translation: Translation, arguments: Arguments, spec: Arguments, report: Report
) -> list[tuple[int, str]]:
    if not translation.engine:
        raise NotHereError("no engine was installed")
    for name, (_, usual) in START.fields.items():
        if name not in WISHES and arguments[name] != usual:
            raise NotHereError(f"containers of a probe know nothing of {name}")
    if arguments["run"] is None or arguments["image"] not in translation.images:
        raise NotHereError("a probe's container runs a program of an image")
    limits = _limits(arguments["limits"], report)
    base = _uid_base(arguments, report)
    image = _image(translation, arguments["image"])
    kinds = [
        kind
        for kind in translation.namespaces
        if kind not in arguments["host_namespaces"]
    ]
    kinds += ["user"] if base is not None and "user" not in kinds else []
    steps = []
    group = translation.groups.setdefault(arguments["name"], [])
    for _ in range(arguments["count"]):
        name = f"{arguments['name']}-{len(group) + 1}"
        step = translation.add(
            "contain",
            name=name,
            image=image,
            path=f"/p{translation.number(arguments['run'])}",
            namespaces=kinds,
            uid_base=base,
            cgroups=[],
            limits=limits,
        )
        group.append(name)
        translation.runs[name] = arguments["run"]
        steps.append((step, name))
    return steps


def _limits(limits: Arguments, report: Report) -> dict[str, int]:
    """Return the limits that a group of this machine can have."""
    found: dict[str, int] = {}
    for name, value in limits.items():
        if value is None:
            continue
        if name not in CONTROLLERS:
            raise NotHereError(f"no probe sets {name} of a cgroup")
        capability = report.of(CONTROLLERS[name])
        if not capability.available:
            raise NotHereError(capability.reason)
        found[name] = value
    return found


def _uid_base(arguments: Arguments, report: Report) -> int | None:
    """Return the first outside user of a container's map; None without a map."""
    ranges = arguments.get("uid_map", ())
    if not ranges:
        return None
    users = report.of("users")
    if not users.available:
        raise NotHereError(users.reason)
    if len(ranges) > 1 or ranges[0]["inside"]:
        raise NotHereError("a probe's user map is one range from 0 on")
    return int(ranges[0]["outside"])


def _image(translation: Translation, image: str) -> str:
    """Write an image's files once; return its number as text."""
    number = str(list(translation.images).index(image))
    if image not in translation.written:
        translation.written.add(image)
        fields = translation.images[image]
        if fields["layers"] or fields["arch"] != NATIVE_ARCH or fields["os"] != "linux":
            raise NotHereError(f"{image} is more than a probe's image can be")
        for program in fields["programs"]:
            _write(translation, program, f"/images/{number}", fields["libraries"])
    return number


def _stop_container(
    translation: Translation, arguments: Arguments, _spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    steps = []
    for name in translation.groups.get(arguments["on"], []):
        grace = arguments["grace_s"]
        for number, seconds in ((NUMBERS["SIGTERM"], grace), (NUMBERS["SIGKILL"], 2)):
            step = translation.add("signal", name=name, number=number, seconds=seconds)
            steps.append((step, name))
    return steps


def _signal(
    translation: Translation, arguments: Arguments, _spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    wanted = arguments["program"]
    names = translation.groups.get(arguments["on"], [])
    if wanted is not None:
        names = [name for name, run in translation.runs.items() if run == wanted]
    number = NUMBERS[arguments["signal"]]
    return [
        (translation.add("signal", name=name, number=number, seconds=SETTLE_S), name)
        for name in names
    ]


def _load(
    translation: Translation, arguments: Arguments, _spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    wanted = arguments["program"]
    for name, (_, usual) in LOAD.fields.items():
        if name not in {"program", "requests"} and arguments[name] != usual:
            raise NotHereError(f"requests of a probe know nothing of {name}")
    names = [name for name, run in translation.runs.items() if run == wanted]
    step = translation.add("request", names=names, count=arguments["requests"])
    return [(step, wanted)]


def _wait(
    translation: Translation, arguments: Arguments, _spec: Arguments, _report: Report
) -> list[tuple[int, str]]:
    return [(translation.add("wait", seconds=arguments["seconds"]), "")]


Translate = Callable[[Translation, Arguments, Arguments, Report], list[tuple[int, str]]]
VERBS: Mapping[str, Translate] = {
    "install": _install,
    "power_on": _power_on,
    "make_executable": _make_executable,
    "exec": _execute,
    "start_container": _start_container,
    "stop_container": _stop_container,
    "signal": _signal,
    "load": _load,
    "wait": _wait,
}
"""Actions that a sandbox can carry out; there are no others."""


def _write(
    translation: Translation, name: str, folder: str, runtimes: tuple[str, ...]
) -> int:
    """Write a program's file; return the number of the step."""
    program = translation.programs[name]
    number = translation.number(name)
    path = f"{folder}/p{number}"
    mode = 0o755 if program.executable else 0o644
    if program.format == "script":
        content = _script(translation, program, folder, runtimes)
    else:
        content = _binary(translation, program, runtimes)
    return _file(translation, path, content, mode)


def _file(translation: Translation, path: str, content: bytes, mode: int) -> int:
    text = base64.b64encode(content).decode()
    return translation.add("write", path=path, content=text, mode=mode)


def _binary(
    translation: Translation, program: Program, runtimes: tuple[str, ...]
) -> bytes:
    if program.interprets is not None or program.calls:
        raise NotHereError(f"{program.name} is more than a probe's program can be")
    if program.format == "pe":
        return formats.pe(program.arch)
    if program.format == "mach-o":
        return formats.mach_o(program.arch)
    if program.arch != NATIVE_ARCH:
        return formats.elf(b"\xd4\x00\x00\x00", program.arch)
    recipe = _recipe(translation, program, program.does)
    return executable(recipe, interpreter=_loader(program, runtimes))


def _loader(program: Program, runtimes: tuple[str, ...]) -> str:
    """Return what has to load a program: nothing, or what is not there."""
    if program.links == "static" or program.links in runtimes:
        return ""
    posix = any(
        name in runtimes for name, runtime in RUNTIMES.items() if runtime.api == "posix"
    )
    return "" if posix and not program.links else MISSING


def _script(
    translation: Translation,
    program: Program,
    folder: str,
    runtimes: tuple[str, ...],
) -> bytes:
    """Return a script whose interpreter does what the script wants, if it is there."""
    if not program.interpreter:
        return formats.script("")
    there = translation.host if not folder else set(translation.programs)
    found = next(
        (
            name
            for name in sorted(there)
            if translation.programs[name].path == program.interpreter
        ),
        None,
    )
    if found is None:
        return formats.script(MISSING)
    path = f"/p{translation.number(program.name)}i"
    recipe = _recipe(translation, program, program.does)
    loader = _loader(translation.programs[found], runtimes)
    content = executable(recipe, interpreter=loader)
    _file(translation, f"{folder}{path}", content, 0o755)
    return formats.script(path)


def _recipe(
    translation: Translation, program: Program, steps: tuple[Step, ...]
) -> Recipe:
    if program.acts_as != "program":
        raise NotHereError(f"{program.name} does what its arguments say")
    signals = tuple((NUMBERS[name], what) for name, what in program.signals)
    return Recipe(
        translation.number(program.name),
        _checked(translation, steps),
        signals,
        program.reaps,
    )


def _checked(translation: Translation, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return steps with this package's own paths; raise NotHereError for others."""
    found: list[Step] = []
    for kind, arguments in steps:
        if kind not in STEPS:
            raise NotHereError(f"no program of a probe does the step {kind}")
        own = dict(arguments)
        if kind == "compute" and own["threads"] > 1:
            raise NotHereError("programs of a probe have one thread")
        if "program" in own:
            own["path"] = f"/p{translation.number(own['program'])}"
        if "steps" in own:
            own["steps"] = _checked(translation, own["steps"])
        found.append((kind, own))
    return tuple(found)
