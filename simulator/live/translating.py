"""From an arm of a scenario to a plan for a sandbox, where this kernel can do it.

Only names of kinds and checked numbers of a scenario come through.
"""

from collections.abc import Callable, Mapping

from simulator.live.binaries.programs import Recipe, executable
from simulator.live.capabilities import NATIVE_ARCH, Report
from simulator.live.containers import start_container
from simulator.live.files import write_file, write_libraries, write_program
from simulator.live.handlers import planned, register_format
from simulator.live.translation import (
    Arguments,
    Deed,
    Disk,
    NotHereError,
    Translation,
)
from simulator.mechanisms import listed
from simulator.programs import programs_of
from simulator.running import arranged
from simulator.scenario.model import Params, Scenario
from simulator.scenario.vocabulary import VERBS as WORDS
from simulator.subsystems.families import RUNTIME_OF_FAMILY
from simulator.subsystems.signals import NUMBERS

__all__ = ["VERBS", "Deed", "NotHereError", "Translation", "translated"]

OURS = frozenset({"container.namespaces"})
"""Mechanisms that a change can set here too: the runtime is this package's own."""
LOAD = WORDS["load"]
SETTLE_S = 0.3


def translated(
    scenario: Scenario, arm: str, params: Params, report: Report
) -> Translation:
    """Return an arm as a plan for a sandbox. Raises NotHereError with the reason."""
    spec, mechanisms = arranged(scenario, scenario.arm(arm), params)
    for change in scenario.arm(arm).changes:
        if change.is_mechanism and change.target not in OURS:
            raise NotHereError(f"nobody can change {change.target} of a real kernel")
    translation = Translation(
        report,
        programs=programs_of(spec["programs"]),
        images=spec["images"],
        namespaces=listed(mechanisms["container.namespaces"]),
    )
    plan = list(scenario.plan_templates[arm].fill(params))
    translation.handlers = planned(plan)
    for verb, arguments in plan:
        if verb not in VERBS:
            raise NotHereError(f"no probe does what {verb} does")
        steps = VERBS[verb](translation, arguments, spec)
        translation.deeds.append(Deed(verb, arguments, tuple(steps)))
    translation.check_started()
    translation.add("look")
    return translation


def _install(
    translation: Translation, arguments: Arguments, spec: Arguments
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
        return _start_engine(translation)
    if what not in translation.programs:
        raise NotHereError(f"{what} cannot be installed in a sandbox")
    folders = _folders(translation, arguments["on"], spec)
    return [(write_program(translation, what, folder), what) for folder in folders]


def _start_engine(translation: Translation) -> list[tuple[int, str]]:
    """Start what stands for an engine: a process of the machine that waits."""
    path = f"/p{translation.daemon}"
    write_file(translation, path, executable(Recipe(translation.daemon)))
    translation.add("run", name="engine", path=path, **{"in": ""})
    return []


def _install_libraries(
    translation: Translation, arguments: Arguments, spec: Arguments
) -> list[tuple[int, str]]:
    name = arguments["name"]
    folders = _folders(translation, arguments["on"], spec)
    return [(write_libraries(translation, folder, [name]), "") for folder in folders]


def _folders(translation: Translation, on: str, spec: Arguments) -> list[str]:
    """Return the roots of a place: the machine's own, or those of containers."""
    if on in spec["machines"]:
        return [""]
    folders = []
    for name in translation.groups[on]:
        folder = f"/containers/{name}/root"
        below = translation.disks[translation.image_of[name]]
        if folder not in translation.disks:
            translation.disks[folder] = Disk(set(below.programs), set(below.libraries))
        folders.append(folder)
    return folders


def _power_on(
    translation: Translation, arguments: Arguments, spec: Arguments
) -> list[tuple[int, str]]:
    if translation.machine:
        raise NotHereError("a sandbox is one machine")
    if not translation.system:
        raise NotHereError("a sandbox stands on a Linux, here nothing would boot")
    arch = spec["machines"][arguments["machine"]]["arch"]
    if arch != NATIVE_ARCH:
        raise NotHereError(f"the machine is {arch}, this one is {NATIVE_ARCH}")
    translation.machine = arguments["machine"]
    libraries = [RUNTIME_OF_FAMILY["linux"]]
    return [(write_libraries(translation, "", libraries), "")]


def _make_executable(
    translation: Translation, arguments: Arguments, spec: Arguments
) -> list[tuple[int, str]]:
    program = arguments["program"]
    path = f"/p{translation.number(program)}"
    return [
        (translation.add("mode", path=f"{folder}{path}", mode=0o755), program)
        for folder in _folders(translation, arguments["on"], spec)
    ]


def _execute(
    translation: Translation, arguments: Arguments, _spec: Arguments
) -> list[tuple[int, str]]:
    program = arguments["program"]
    if arguments["cgroup"] is not None:
        raise NotHereError("probes have cgroups for containers only")
    if arguments["user"] or arguments["groups"]:
        raise NotHereError("programs of a probe are started by root")
    places = translation.groups.get(arguments["on"], [""])
    path = f"/p{translation.number(program)}"
    steps = []
    for place in places:
        name = f"{program}-{len(translation.runs)}"
        translation.runs[name] = program
        translation.started.add(program)
        step = translation.add("run", name=name, path=path, **{"in": place})
        steps.append((step, name))
    return steps


def _stop_container(
    translation: Translation, arguments: Arguments, _spec: Arguments
) -> list[tuple[int, str]]:
    steps = []
    for name in translation.groups.get(arguments["on"], []):
        grace = arguments["grace_s"]
        for number, seconds in ((NUMBERS["SIGTERM"], grace), (NUMBERS["SIGKILL"], 2)):
            step = translation.add("signal", name=name, number=number, seconds=seconds)
            steps.append((step, name))
    return steps


def _signal(
    translation: Translation, arguments: Arguments, _spec: Arguments
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
    translation: Translation, arguments: Arguments, _spec: Arguments
) -> list[tuple[int, str]]:
    wanted = arguments["program"]
    for name, (_, usual) in LOAD.fields.items():
        if name not in {"program", "requests"} and arguments[name] != usual:
            raise NotHereError(f"requests of a probe know nothing of {name}")
    names = [name for name, run in translation.runs.items() if run == wanted]
    step = translation.add("request", names=names, count=arguments["requests"])
    return [(step, wanted)]


def _wait(
    translation: Translation, arguments: Arguments, _spec: Arguments
) -> list[tuple[int, str]]:
    return [(translation.add("wait", seconds=arguments["seconds"]), "")]


Translate = Callable[[Translation, Arguments, Arguments], list[tuple[int, str]]]
VERBS: Mapping[str, Translate] = {
    "install": _install,
    "power_on": _power_on,
    "install_libraries": _install_libraries,
    "make_executable": _make_executable,
    "exec": _execute,
    "start_container": start_container,
    "stop_container": _stop_container,
    "signal": _signal,
    "load": _load,
    "wait": _wait,
    "register_format": register_format,
}
"""Actions that a sandbox can carry out; there are no others."""
