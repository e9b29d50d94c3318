"""The guests of one arm of a scenario: what a plan's actions do in them."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.events import FAILED
from simulator.live.guest_linux.files import IMAGES, numbered
from simulator.live.guest_linux.guests import Guest, Process
from simulator.live.guest_linux.recording import KERNEL, KIB, Record, status_of
from simulator.live.qemu.machine import Machine
from simulator.subsystems.files import Program

Arguments = Mapping[str, Any]
SETTLE_S = 30.0
"""How long programs that come to an end by themselves have for that."""


@dataclass(slots=True)
class Home:
    """One machine of a scenario and the guest that stands for it."""

    machine: Machine
    guest: Guest
    groups: list[str] = field(default_factory=list)
    """Containers that have a cgroup of their own."""


@dataclass(slots=True)
class World:
    """The guests of one arm, by the places that a plan names."""

    spec: Mapping[str, Any]
    boot: Callable[[], Machine]
    programs: Mapping[str, Program]
    record: Record = field(default_factory=Record)
    homes: dict[str, Home] = field(default_factory=dict)
    """By the name of a machine or of a virtual machine."""
    members: dict[str, list[str]] = field(default_factory=dict)
    """What a plan starts under one name: ``box`` is ``box-1``, ``box-2``."""
    containers: dict[str, tuple[Home, Process]] = field(default_factory=dict)
    virtual: list[str] = field(default_factory=list)
    """Virtual machines, whose host is this kernel."""

    def homes_of(self, place: str) -> list[Home]:
        """Return the guests that a place is, or whose kernel it shares.

        A machine is booted when it is first needed.
        """
        if place in self.spec["machines"] and place not in self.homes:
            self.start_machines([place])
        found = []
        for member in self.members.get(place, [place]):
            if member in self.containers:
                found.append(self.containers[member][0])
            else:
                found.append(self.homes[member])
        return found

    def start_machines(self, names: Sequence[str]) -> None:
        """Boot a guest for each name, all at a time."""
        is_first = not self.homes
        for name, machine in [(name, self.boot()) for name in names]:
            machine.kernel.wait_for_boot()
            self.homes[name] = Home(machine, Guest(machine.kernel))
            self.homes[name].guest.prepare()
        if is_first:
            self.record.begin()

    def start(self, home: Home, program: str, **where: str) -> Process:
        """Start a program in a guest and record how that went."""
        number = numbered(self.programs)[program]
        process = home.guest.start(f"/p{number}", **where)
        process.program = program
        self.record.started(process, self.programs[program].path)
        return process

    def processes(self) -> Iterator[tuple[Home, Process]]:
        """Go through all processes that were started, with their guests."""
        for home in self.homes.values():
            for process in home.guest.processes:
                yield home, process

    def running(self, program: str) -> list[tuple[Home, Process]]:
        """Return the processes of a program that live, on kernels that do."""
        return [
            (home, process)
            for home, process in self.processes()
            if process.program == program and is_running(home, process)
        ]


def is_running(home: Home, process: Process) -> bool:
    """Return whether a process has started, has not ended, and has a kernel."""
    return home.guest.alive and process.started and process.code is None


def start_container(world: World, arguments: Arguments) -> None:
    """Start containers of an image in a machine's guest."""
    (home,) = world.homes_of(arguments["on"])
    number = numbered(world.spec["images"])[arguments["image"]]
    limits = {name: v for name, v in arguments["limits"].items() if v is not None}
    members = world.members.setdefault(arguments["name"], [])
    for _ in range(arguments["count"]):
        name = f"{arguments['name']}-{len(members) + 1}"
        where = {"image": f"/{IMAGES}/{number}", "place": name}
        if limits:
            home.guest.make_group(name, limits)
            home.groups.append(name)
            where["group"] = name
        members.append(name)
        process = world.start(home, arguments["run"], **where)
        world.containers[name] = (home, process)


def start_vm(world: World, arguments: Arguments) -> None:
    """Start virtual machines: a guest each, this kernel their host."""
    members = world.members.setdefault(arguments["name"], [])
    names = [
        f"{arguments['name']}-{len(members) + number}"
        for number in range(1, arguments["count"] + 1)
    ]
    members += names
    world.virtual += names
    world.start_machines(names)
    for name in names if arguments["run"] else []:
        world.start(world.homes[name], arguments["run"])


def load(world: World, arguments: Arguments) -> None:
    """Send requests to each process of a program."""
    name = arguments["program"]
    path = world.programs[name].path
    running = world.running(name)
    for home, process in running:
        home.guest.serve(process, arguments["requests"])
        served, pid = process.served, process.pid
        world.record.add(KERNEL, "serve", target=path, pid=pid, requests=served)
    if not running:
        log = f"connection refused: no process of {name} is running"
        world.record.add(name, "serve", FAILED, log=log)


def wait(world: World, arguments: Arguments) -> None:
    """Let time pass, and hear what happens meanwhile."""
    _hear_until(world, lambda: False, arguments["seconds"])


def crash(world: World, arguments: Arguments) -> None:
    """Let a kernel panic: a guest's own, or that of a container's guest."""
    for home in world.homes_of(arguments["on"]):
        if home.guest.alive:
            home.guest.crash()
            log = home.machine.panic
            world.record.add(KERNEL, "panic", FAILED, target=arguments["on"], log=log)


def settle(world: World) -> None:
    """Wait for programs that come to their end by themselves."""
    ending = [
        (home, process)
        for home, process in world.processes()
        if any(kind == "exit" for kind, _ in world.programs[process.program].does)
    ]
    _hear_until(world, lambda: not any(is_running(*one) for one in ending), SETTLE_S)


def _hear_until(world: World, enough: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        _hear(world)
        if enough() or time.monotonic() > until:
            return


def _hear(world: World) -> None:
    for home in world.homes.values():
        if not home.guest.alive:
            continue
        home.guest.listen(lambda: True)
        counts = {name: home.guest.counted(name) for name in home.groups}
        for process in home.guest.processes:
            path = world.programs[process.program].path
            world.record.ended(process, path, counts.get(process.place, {}))


def observed(world: World) -> dict[str, Any]:
    """Return what claims may read; what nobody saw is left out."""
    living = [home for home in world.homes.values() if home.guest.alive]
    counts = {name: home.guest.counted(name) for home in living for name in home.groups}
    for name, counted in counts.items():
        world.record.counted(name, counted)
    return {
        "programs": {
            name: {
                **attempt,
                "running": len(world.running(name)),
                "served": sum(
                    process.served
                    for home, process in world.processes()
                    if process.program == name
                ),
            }
            for name, attempt in world.record.attempts.items()
        },
        "vms": {name: _vm(world.homes[name]) for name in world.virtual},
        "views": {
            group: [_view(world, name) for name in names if name in world.containers]
            for group, names in world.members.items()
        },
        "cgroups": {KERNEL: {name: _memory(one) for name, one in counts.items()}},
    }


def metrics(world: World) -> dict[str, Any]:
    """Return what can be counted; this kernel counts where it is a host."""
    living = [home.guest.boot_id for home in world.homes.values() if home.guest.alive]
    return {
        "kernels": len(set(living)) + bool(world.virtual),
        "processes": sum(is_running(*one) for one in world.processes()),
        "served": sum(process.served for _, process in world.processes()),
        "duration_us": world.record.now,
    }


def _vm(home: Home) -> dict[str, str]:
    return {"system": "running" if home.guest.alive else "dead"}


def _view(world: World, name: str) -> dict[str, Any]:
    home, process = world.containers[name]
    has_ended = process.code is not None
    state = "exited" if has_ended else "running" if home.guest.alive else "dead"
    return {"place": name, "state": state, "exit_status": status_of(process)}


def _memory(counted: Mapping[str, int]) -> dict[str, Any]:
    events = {name: count for name, count in counted.items() if name != "peak"}
    return {"memory": {"peak_kib": counted["peak"] // KIB, "events": events}}
