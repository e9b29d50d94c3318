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

_MACHINE = Record(
    {
        "arch": may(arch, "x86_64"),
        "cores": need(integer(1, 1024)),
        "ram_mib": need(MIB),
        "virtualization": may(flag(), True),
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
        "boot": may(choice("general", "micro"), "general"),
        "libraries": may(ListOf(runtime), ()),
    }
)

SECTIONS = {
    "machines": need(MapOf(_MACHINE, least=1, most=20)),
    "systems": may(MapOf(_SYSTEM), {}),
}
VERBS = {
    "power_on": Record({"machine": need(reference("machines"))}),
    "install": Record({"what": need(software), "on": need(place)}),
    "wait": Record({"seconds": need(integer(0, 30 * 24 * 3600))}),
}
