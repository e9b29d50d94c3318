"""Machines, the systems that boot on them, and what an operator does with both."""

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
    text,
)
from simulator.scenario.vocabulary.words import (
    MIB,
    VERSION,
    arch,
    place,
    runtime,
    software,
)
from simulator.subsystems.families import RUNTIME_OF_FAMILY
from simulator.subsystems.platform import CPU_FLAGS
from simulator.subsystems.systems import PID_MAX
from simulator.subsystems.virtualization.root import FEATURES

_MACHINE = Record(
    {
        "arch": may(arch, "x86_64"),
        "cores": need(integer(1, 1024)),
        "ram_mib": need(MIB),
        "virtualization": may(flag(), True),
        "nested_paging": may(flag(), True),
        "cpu_flags": may(ListOf(choice(*CPU_FLAGS)), ()),
        "network_mib_s": may(integer(1, 100_000), 1000),
        "disk_mib": may(MIB, 1024 * 1024),
        "disk_mib_s": may(integer(1, 100_000), 500),
        "disk_iops": may(integer(1, 10_000_000), 20_000),
    }
)
_SYSTEM = Record(
    {
        "family": need(choice(*RUNTIME_OF_FAMILY)),
        "version": need(text(VERSION, "a version such as 6.1")),
        "arch": may(arch, "x86_64"),
        "kernel_mib": may(MIB, 77),
        "drivers_mib": may(MIB, 40),
        "services_mib": may(MIB, 0),
        "boot": may(choice("general", "micro", "unikernel"), "general"),
        "swap_mib": may(MIB, 0),
        "pid_max": may(integer(100, 4_194_304), PID_MAX),
        "libraries": may(ListOf(runtime), ()),
        "hypervisor": may(reference("hypervisors"), None),
        "features": may(ListOf(choice(*FEATURES)), ()),
        "panic_on_oops": may(flag(), False),
        "panic_timeout_s": may(integer(0, 3600), 0),
        "desktop": may(flag(), False),
    }
)

SECTIONS = {
    "machines": need(MapOf(_MACHINE, least=1, most=20)),
    "systems": may(MapOf(_SYSTEM), {}),
}
_machine = reference("machines")
VERBS = {
    "power_off": Record({"machine": need(_machine)}),
    "cut_power": Record({"machine": need(_machine)}),
    "reboot": Record({"machine": need(_machine)}),
    "set_firmware": Record({"machine": need(_machine), "virtualization": need(flag())}),
    "choose_boot": Record(
        {"machine": need(_machine), "what": need(reference("systems", "hypervisors"))}
    ),
    "set_feature": Record(
        {
            "on": need(_machine),
            "feature": need(choice(*FEATURES)),
            "enabled": need(flag()),
        }
    ),
    "power_on": Record({"machine": need(reference("machines"))}),
    "install": Record({"what": need(software), "on": need(place)}),
    "wait": Record({"seconds": need(integer(0, 30 * 24 * 3600))}),
}
