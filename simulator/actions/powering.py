"""Actions at a machine's case and in its firmware: power, switches, boot order."""

from simulator.actions.changing import power_on
from simulator.actions.places import Arguments
from simulator.engine import Work
from simulator.events import FAILED, OK
from simulator.subsystems.machine import Machine
from simulator.subsystems.virtualization.root import LAUNCH
from simulator.world import World


def power_off(world: World, arguments: Arguments, asked: int) -> Work:
    """Shut a machine down; what runs on it ends."""
    yield 0
    machine = world.machines[arguments["machine"]]
    if _is_on(machine, "power_off", asked):
        machine.go_off(asked, OK, "Power down")


def cut_power(world: World, arguments: Arguments, asked: int) -> Work:
    """Take the power from a machine without a warning."""
    yield 0
    machine = world.machines[arguments["machine"]]
    if _is_on(machine, "power_off", asked):
        machine.go_off(asked, FAILED, "power lost: memory is gone, the disk is not")


def reboot(world: World, arguments: Arguments, asked: int) -> Work:
    """Shut a machine down and switch it on again."""
    machine = world.machines[arguments["machine"]]
    if _is_on(machine, "reboot", asked):
        machine.go_off(asked, OK, "Restarting system")
        yield from power_on(world, arguments, asked)


def set_firmware(world: World, arguments: Arguments, asked: int) -> Work:
    """Switch hardware virtualization in the firmware; it counts from the next boot."""
    yield 0
    machine = world.machines[arguments["machine"]]
    machine.firmware_extension = arguments["virtualization"]
    world.engine.record(
        machine.name,
        "set_firmware",
        cause=asked,
        target="virtualization",
        enabled=arguments["virtualization"],
    )


def choose_boot(world: World, arguments: Arguments, asked: int) -> Work:
    """Give the boot slot to another system that is on the disk."""
    yield 0
    machine, what = world.machines[arguments["machine"]], arguments["what"]
    if machine.choose(what):
        world.engine.record(machine.name, "choose_boot", cause=asked, target=what)
        return
    log = f"{what} is not on the disk"
    world.engine.record(
        machine.name, "choose_boot", FAILED, cause=asked, target=what, log=log
    )


def set_feature(world: World, arguments: Arguments, asked: int) -> Work:
    """Turn a feature of the installed system on or off, from its next boot."""
    yield 0
    machine, feature = world.machines[arguments["on"]], arguments["feature"]
    systems = [world.systems[e.name] for e in machine.disk if e.name in world.systems]
    if not systems:
        log = "no system is installed on this machine"
        world.engine.record(
            machine.name, "set_feature", FAILED, cause=asked, target=feature, log=log
        )
        return
    features = machine.features.setdefault(
        systems[-1].name, {LAUNCH, *systems[-1].features}
    )
    change = features.add if arguments["enabled"] else features.discard
    change(feature)
    world.engine.record(
        machine.name,
        "set_feature",
        cause=asked,
        target=feature,
        enabled=arguments["enabled"],
    )


def _is_on(machine: Machine, action: str, asked: int) -> bool:
    if machine.state == "on":
        return True
    log = "the machine is off"
    machine.engine.record(machine.name, action, FAILED, cause=asked, log=log)
    return False


VERBS = {
    "choose_boot": choose_boot,
    "cut_power": cut_power,
    "power_off": power_off,
    "reboot": reboot,
    "set_feature": set_feature,
    "set_firmware": set_firmware,
}
