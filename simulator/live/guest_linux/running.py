"""Executing one arm of a scenario on guest kernels: one for each kernel of the arm."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from simulator.events import ASKED
from simulator.live.capabilities import NATIVE_ARCH
from simulator.live.guest_linux import acting
from simulator.live.guest_linux.acting import Arguments, World
from simulator.live.guest_linux.files import files_of
from simulator.live.guest_linux.guests import LIMITS
from simulator.live.qemu.cpio import Entry
from simulator.live.qemu.machine import Machine
from simulator.live.translating import NotHereError
from simulator.programs import programs_of
from simulator.running import arranged
from simulator.scenario.model import Params, Scenario
from simulator.scenario.vocabulary import VERBS as WORDS
from simulator.subsystems.files import Program
from simulator.trace import COMPLETED, Run

Boot = Callable[[Sequence[Entry]], AbstractContextManager[Machine]]
"""Starts a guest with files; it boots while others are started."""
MOST_GUESTS = 4
LONGEST_WAIT_S = 5
WISHES = {
    "start_container": {"name", "on", "image", "count", "run", "limits"},
    "start_vm": {"name", "on", "system", "ram_mib", "count", "programs", "run"},
    "load": {"program", "requests"},
    "kernel_bug": {"on"},
}
"""What an action can be given; all else must be as usual."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An arm as guests carry it out."""

    spec: Arguments
    plan: Sequence[tuple[str, Arguments]]
    programs: Mapping[str, Program]
    files: Sequence[Entry]


def prepared(scenario: Scenario, arm: str, params: Params) -> Prepared:
    """Return an arm as guests carry it out. Raises NotHereError when they cannot."""
    spec, _ = arranged(scenario, scenario.arm(arm), params)
    for change in scenario.arm(arm).changes:
        if change.is_mechanism:
            raise NotHereError(f"nobody can change {change.target} of a real kernel")
    plan = list(scenario.plan_templates[arm].fill(params))
    _check(plan, spec)
    programs = programs_of(spec["programs"])
    started = [arguments["run"] for _, arguments in plan if arguments.get("run")]
    files = list(files_of(programs, spec["images"], started))
    return Prepared(spec, plan, programs, files)


def run_arm_in_guests(
    scenario: Scenario, arm: str, params: Params, boot: Boot, *, release: str
) -> Run:
    """Execute one arm on kernels of a release and return what happened.

    ``boot`` starts a guest. Times are real microseconds, without those of the boot.
    Raises NotHereError with the reason when guests cannot carry the arm out,
    GuestDeadError when one dies of itself.
    """
    ready = prepared(scenario, arm, params)
    with ExitStack() as stack:
        world = World(
            ready.spec,
            lambda: stack.enter_context(boot(ready.files)),
            ready.programs,
        )
        world.record.attempts = {
            name: {"attempts": 0, "errno_name": "", "loader": "", "exit_status": None}
            for name in ready.programs
        }
        for verb, arguments in ready.plan:
            world.record.cause = world.record.add(
                "operator", verb, ASKED, cause=None, **_subject(arguments)
            )
            VERBS[verb](world, arguments)
        acting.settle(world)
        metrics = acting.metrics(world)
        observation = acting.observed(world)
    events = tuple(world.record.events)
    return Run(
        scenario_digest=scenario.digest,
        simulator_version=f"linux {release} in a guest",
        arm=arm,
        params=params,
        seed=0,
        events=events,
        observation=observation,
        metrics=metrics,
        budget_used={"virtual_us": metrics["duration_us"], "events": len(events)},
        verdict=COMPLETED,
    )


def _subject(arguments: Arguments) -> dict[str, str]:
    keys = ("what", "program", "name", "on", "machine")
    return {"target": next((arguments[key] for key in keys if arguments.get(key)), "")}


def _check(plan: Sequence[tuple[str, Arguments]], spec: Arguments) -> None:
    """Refuse what guests cannot do before any of them boots."""
    for verb, arguments in plan:
        _check_action(verb, arguments)
        _check_software(arguments.get("what", arguments.get("system", "")), spec)
        if verb == "start_container":
            _check_container(arguments, spec)
        if verb == "start_vm":
            _check_host(arguments, spec)
    hosts = {a["on"] for verb, a in plan if verb == "start_vm"}
    for verb, arguments in plan:
        if verb not in {"install", "start_vm"} and arguments.get("on") in hosts:
            raise NotHereError(f"{arguments['on']} is this machine, where guests run")
    wanted = sum(a["count"] for verb, a in plan if verb == "start_vm")
    if wanted > MOST_GUESTS:
        raise NotHereError(f"{wanted} guests are more than this machine should boot")


def _check_action(verb: str, arguments: Arguments) -> None:
    if verb not in VERBS:
        raise NotHereError(f"no guest does what {verb} does")
    for name, (_, usual) in WORDS[verb].fields.items():
        is_fixed = verb in WISHES and name not in WISHES[verb]
        if is_fixed and arguments[name] != usual:
            raise NotHereError(f"guests know nothing of {name} of {verb}")
    if arguments.get("seconds", 0) > LONGEST_WAIT_S:
        raise NotHereError(f"nobody waits {arguments['seconds']} s for a guest")


def _check_host(arguments: Arguments, spec: Arguments) -> None:
    """Refuse what a hypervisor would refuse, or do in another way than QEMU here."""
    on = arguments["on"]
    if on not in spec["machines"]:
        raise NotHereError(f"{on} is itself a guest, and guests here have none")
    machine = spec["machines"][on]
    if not machine["virtualization"]:
        raise NotHereError(f"the processor of {on} has no virtualization extension")
    if machine["arch"] != NATIVE_ARCH:
        raise NotHereError(f"{on} is {machine['arch']}, this machine is {NATIVE_ARCH}")


def _check_software(what: str, spec: Arguments) -> None:
    system = spec["systems"].get(what, {"family": "linux", "arch": NATIVE_ARCH})
    if system["family"] != "linux":
        raise NotHereError(f"{what} is no Linux, a guest's kernel is")
    if system["arch"] != NATIVE_ARCH:
        raise NotHereError(f"{what} is for {system['arch']}, guests are {NATIVE_ARCH}")
    if spec["hypervisors"].get(what, {"kind": "type-2"})["kind"] != "type-2":
        raise NotHereError(f"{what} would stand in the place of this kernel")
    if what in spec["programs"]:
        raise NotHereError("programs of guests are in images or in machines")


def _check_container(arguments: Arguments, spec: Arguments) -> None:
    if arguments["image"] not in spec["images"]:
        raise NotHereError(
            f"{arguments['image']} is a tag, and guests have no registry"
        )
    if arguments["run"] is None:
        raise NotHereError("a guest's container runs a program of an image")
    for name, value in arguments["limits"].items():
        if value is not None and name not in LIMITS:
            raise NotHereError(f"no guest sets {name} of a cgroup")


def _nothing(_world: World, _arguments: Arguments) -> None:
    """Systems, hypervisors and engines are there already; machines boot when needed."""


VERBS: Mapping[str, Callable[[World, Arguments], None]] = {
    "install": _nothing,
    "power_on": _nothing,
    "start_container": acting.start_container,
    "start_vm": acting.start_vm,
    "load": acting.load,
    "wait": acting.wait,
    "crash": acting.crash,
    "kernel_bug": acting.crash,
}
"""Actions that guests can carry out; there are no others."""
