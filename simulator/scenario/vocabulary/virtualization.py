"""Hypervisors, emulators and virtual machines."""

from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    choice,
    flag,
    may,
    need,
    reference,
)
from simulator.scenario.vocabulary.words import (
    MIB,
    arch,
    binary_format,
    count,
    group,
    place,
)
from simulator.subsystems.platform import OPERATIONS

_HYPERVISOR = Record(
    {
        "kind": need(choice("type-1", "type-2", "emulator")),
        "arch": may(arch, "x86_64"),
        "ram_mib": need(MIB),
        "format": may(binary_format, "elf"),
        "guest_arch": may(arch, None),
        "fallback": may(choice("refuse", "emulation", "translation"), "refuse"),
        "platform_api": may(flag(), False),
    }
)
_program = reference("programs")

SECTIONS = {"hypervisors": may(MapOf(_HYPERVISOR), {})}
VERBS = {
    "start_vm": Record(
        {
            "name": need(group),
            "on": need(place),
            "system": need(reference("systems")),
            "ram_mib": need(MIB),
            "count": may(count, 1),
            "programs": may(ListOf(_program), ()),
            "run": may(_program, None),
            "hypervisor": may(reference("hypervisors"), None),
            "nested": may(flag(), None),
        }
    ),
    "trace": Record({"on": need(place), "operation": need(choice(*OPERATIONS))}),
}
