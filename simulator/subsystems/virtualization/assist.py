"""How guest code gets onto the processor: what is offered, and what is chosen."""

from collections.abc import Mapping

from simulator.mechanisms import Value
from simulator.subsystems.platform import Platform
from simulator.subsystems.virtualization.machine import VirtualMachine
from simulator.subsystems.virtualization.models import HypervisorModel

EXTENSION = "hardware virtualization (VT-x, AMD-V)"


class NoAssistError(Exception):
    """The processor cannot run such a machine, and the hypervisor has no other way."""


def choose_assist(
    model: HypervisorModel, below: Platform, mechanisms: Mapping[str, Value]
) -> str:
    """Return how machines of this hypervisor run their guests' code.

    Raises NoAssistError, with what the product prints, when they cannot.
    """
    wanted = str(mechanisms["vm.assist"])
    if model.kind == "emulator" or wanted == "emulation":
        return "emulation"
    lacking = _lacking(model, below, wanted)
    if not lacking:
        return "hardware" if wanted == "hardware" else "translation"
    if _is_root(below) and model.platform_api and model.arch == below.arch:
        return "platform-api"
    if model.fallback == "translation" and model.arch == below.arch:
        return "translation"
    if model.fallback == "emulation":
        return "emulation"
    raise NoAssistError(lacking)


def _lacking(model: HypervisorModel, below: Platform, wanted: str) -> str:
    """Return what stands in the way of the processor itself; empty when nothing."""
    if model.arch != below.arch:
        return f"no {model.arch} processor here: this machine is {below.arch}"
    if wanted == "translation" or below.has_extension:
        return ""
    if _is_root(below):
        log = "another hypervisor owns it; this system runs in its root partition"
        return f"{EXTENSION} is not available: {log}"
    if isinstance(below, VirtualMachine):
        return f"{EXTENSION} is not available: this processor does not offer it"
    return f"{EXTENSION} is not available: disabled in the firmware, or there is none"


def _is_root(below: Platform) -> bool:
    return isinstance(below, VirtualMachine) and below.assist == "root"
