"""What a world declares: models of its parts, which no run changes.

All arms of a variant can share them, except an arm that changes a part.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from simulator.images import layers_of
from simulator.programs import programs_of
from simulator.subsystems.cloud.capacity import Size
from simulator.subsystems.container import EngineModel
from simulator.subsystems.files import Program
from simulator.subsystems.oom import NEVER
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import HypervisorModel

KIB = 1024
BOOTS = {
    "general": "guest_boot",
    "micro": "microvm_boot",
    "unikernel": "unikernel_boot",
}


class Models:
    """The models of one world. ``spec`` is it as a scenario writes it, filled in."""

    __slots__ = (
        "engines",
        "flavours",
        "hypervisors",
        "layers",
        "programs",
        "spec",
        "systems",
    )

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.programs = programs_of(spec["programs"])
        self.layers = layers_of(spec, self.programs)
        self.systems = {
            name: _system(name, fields) for name, fields in spec["systems"].items()
        }
        self.hypervisors = {
            name: _hypervisor(name, fields)
            for name, fields in spec["hypervisors"].items()
        }
        self.engines = {
            name: _engine(name, fields, self.systems)
            for name, fields in spec["engines"].items()
        }
        self.flavours = {
            name: Size(fields["vcpus"], fields["ram_mib"] * KIB)
            for name, fields in spec["flavours"].items()
        }

    def changed(self, spec: Mapping[str, Any]) -> "Models":
        """Return the models of a world that differs from this one somewhere."""
        if any(spec[section] is not self.spec[section] for section in _SECTIONS):
            return Models(spec)
        same = copy(self)
        same.spec = spec
        return same


_SECTIONS = (
    "programs",
    "layers",
    "images",
    "systems",
    "hypervisors",
    "engines",
    "flavours",
)
"""What models are made from; machines, for one, are made anew in each run."""


def _engine(
    name: str, fields: Mapping[str, Any], systems: Mapping[str, System]
) -> EngineModel:
    utility = fields["utility"]
    return EngineModel(
        name,
        fields["arch"],
        fields["ram_mib"] * KIB,
        _service(name, fields["format"], fields),
        systems[utility] if utility else None,
    )


def _system(name: str, fields: Mapping[str, Any]) -> System:
    return System(
        name=name,
        family=fields["family"],
        version=fields["version"],
        arch=fields["arch"],
        kernel_kib=fields["kernel_mib"] * KIB,
        drivers_kib=fields["drivers_mib"] * KIB,
        services_kib=fields["services_mib"] * KIB,
        boot=BOOTS[fields["boot"]],
        runtimes=fields["libraries"],
        hypervisor=fields["hypervisor"] or "",
        features=fields["features"],
        desktop=fields["desktop"],
        swap_kib=fields["swap_mib"] * KIB,
        pid_max=fields["pid_max"],
        panic_on_oops=fields["panic_on_oops"],
        panic_timeout_s=fields["panic_timeout_s"],
    )


def _hypervisor(name: str, fields: Mapping[str, Any]) -> HypervisorModel:
    boots = fields["kind"] == "type-1"
    program = None if boots else _service(name, fields["format"], fields)
    return HypervisorModel(
        name,
        fields["kind"],
        fields["guest_arch"] or fields["arch"],
        fields["ram_mib"] * KIB,
        program,
        fields["fallback"],
        fields["monitor"],
        fields["platform_api"],
        fields["swap_mib"] * KIB,
    )


def _service(name: str, binary_format: str, fields: Mapping[str, Any]) -> Program:
    """Return the program file of a hypervisor or an engine that is a program.

    Service managers protect such daemons from the OOM killer; what they run is not.
    """
    return Program(
        name=name,
        path=f"/usr/bin/{name}",
        format=binary_format,
        arch=fields["arch"],
        ram_kib=fields["ram_mib"] * KIB,
        oom_score_adj=NEVER,
    )
