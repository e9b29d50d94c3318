"""Hypervisors, emulators and virtual machines."""

from simulator.calibration import figure
from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    choice,
    flag,
    integer,
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
from simulator.subsystems.cpu import DEFAULT_WEIGHT
from simulator.subsystems.platform import OPERATIONS
from simulator.subsystems.virtualization.monitors import MONITORS

_HYPERVISOR = Record(
    {
        "kind": need(choice("type-1", "type-2", "emulator")),
        "arch": may(arch, "x86_64"),
        "ram_mib": need(MIB),
        "format": may(binary_format, "elf"),
        "guest_arch": may(arch, None),
        "fallback": may(choice("refuse", "emulation", "translation"), "refuse"),
        "platform_api": may(flag(), False),
        "monitor": may(choice(*MONITORS), "general"),
        "swap_mib": may(MIB, 0),
    }
)
_program = reference("programs")
DOWNTIME_MS = figure("migration_downtime") // 1000

SECTIONS = {"hypervisors": may(MapOf(_HYPERVISOR), {})}
VERBS = {
    "start_vm": Record(
        {
            "name": need(group),
            "on": need(place),
            "system": need(reference("systems")),
            "ram_mib": need(MIB),
            "disk_mib": may(MIB, None),
            "count": may(count, 1),
            "programs": may(ListOf(_program), ()),
            "run": may(_program, None),
            "hypervisor": may(reference("hypervisors"), None),
            "nested": may(flag(), None),
            "vcpus": may(integer(1, 1024), None),
            "weight": may(integer(1, 10_000), DEFAULT_WEIGHT),
            "cap_percent": may(integer(1, 102_400), None),
            "shows_processor": may(flag(), True),
            "balloon": may(flag(), False),
            "on_crash": may(choice("preserve", "restart", "destroy"), "preserve"),
        }
    ),
    "set_cpu": Record(
        {
            "on": need(place),
            "weight": may(integer(1, 10_000), None),
            "cap_percent": may(integer(1, 102_400), None),
        }
    ),
    "migrate": Record(
        {
            "on": need(place),
            "to": need(place),
            "mib_s": may(integer(1, 1_000_000), None),
            "downtime_ms": may(integer(0, 3_600_000), DOWNTIME_MS),
            "auto_converge": may(flag(), False),
            "checks_processor": may(flag(), True),
        }
    ),
    "snapshot": Record({"on": need(place), "name": need(group)}),
    "restore_vm": Record(
        {
            "name": need(group),
            "on": need(place),
            "snapshot": need(group),
            "count": may(count, 1),
            "hypervisor": may(reference("hypervisors"), None),
        }
    ),
    "stop_vm": Record({"on": need(place)}),
    "reset_vm": Record({"on": need(place)}),
    "infect": Record({"program": need(_program), "on": need(place)}),
    "crash": Record({"on": need(place)}),
    "set_balloon": Record({"on": need(place), "mib": need(MIB)}),
    "merge_pages": Record({"on": need(place)}),
    "write_system": Record({"on": need(place)}),
    "trace": Record({"on": need(place), "operation": need(choice(*OPERATIONS))}),
}
