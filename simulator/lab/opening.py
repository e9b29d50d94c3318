"""Opening a session: a machine that has booted, and somebody who logs in."""

from importlib.resources import files

from simulator.engine import Budget, Work
from simulator.errors import InputError
from simulator.lab.state import Console, Lab
from simulator.lab.userland import furnish
from simulator.running import begin_arm
from simulator.scenario.model import Params, Scenario
from simulator.scenario.parser import load_scenario
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.processes import Attempt, Process
from simulator.world import World, kernel_of

BUDGET = Budget(
    events=10_000_000, virtual_us=2**62, cpu_ms=24 * 3600 * 1000, objects=1_000_000
)
"""Of a whole session; a single line has less."""
LOGIN_SHELL = "/usr/bin/bash"


def default_scenario() -> Scenario:
    """Return the machine that one gets without a scenario."""
    source = files("simulator.lab").joinpath("machine.yaml")
    return load_scenario(source.read_text(encoding="utf-8"), name="machine.yaml")


def open_lab(
    scenario: Scenario, arm: str, params: Params, *, seed: int = 0, machine: str = ""
) -> Lab:
    """Carry out an arm's plan and log in on a machine, by default the first that runs.

    Raises InputError when no machine of that name runs a system with a shell.
    """
    world = begin_arm(scenario, arm, params, seed=seed, budget=BUDGET)
    lab = Lab(world)
    kernel = _kernel(world, machine)
    furnish(lab, kernel)
    shell = _log_in(lab, kernel)
    lab.typed[shell] = f"-{shell.program.name}"
    lab.consoles.append(Console(shell))
    return lab


def _kernel(world: World, machine: str) -> Kernel:
    if machine and machine not in world.machines:
        known = ", ".join(world.machines)
        raise InputError(f"there is no machine {machine!r}; there are: {known}")
    names = [machine] if machine else list(world.machines)
    for name in names:
        kernel = kernel_of(world.machines[name])
        if kernel is not None and kernel.system.family == "linux":
            return kernel
    raise InputError(f"no Linux system runs on {' or '.join(names)} at the end of it")


def _log_in(lab: Lab, kernel: Kernel) -> Process:
    attempts: list[Attempt] = []

    def work() -> Work:
        attempt = yield from kernel.execute(LOGIN_SHELL, cause=kernel.state_seq)
        attempts.append(attempt)

    task = lab.engine.spawn(work())
    while not task.is_open and lab.engine.step():
        continue
    process = attempts[0].process if attempts else None
    if process is None or not process.alive:
        error = lab.engine.events[-1].detail.get("log") or "EIO"
        raise InputError(f"{LOGIN_SHELL} cannot be started: {error}")
    return process
