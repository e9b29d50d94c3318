"""Clouds, the sizes that they sell, and what their customers ask for."""

from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    flag,
    integer,
    may,
    need,
    reference,
)
from simulator.scenario.vocabulary.words import MIB, arch, count, group

MOST_SERVERS = 64
_CLOUD = Record(
    {
        "servers": need(integer(1, MOST_SERVERS)),
        "arch": may(arch, "x86_64"),
        "cores": need(integer(1, 1024)),
        "ram_mib": need(MIB),
        "hypervisor": need(reference("hypervisors")),
        "vcpus_per_core": may(integer(1, 100), 1),
        "cost_cents": may(integer(0, 1_000_000), 100),
    }
)
_FLAVOUR = Record({"vcpus": need(integer(1, 1024)), "ram_mib": need(MIB)})
_cloud = reference("clouds")
_program = reference("programs")
_SERVER = {"cloud": need(_cloud), "number": need(integer(1, MOST_SERVERS))}

SECTIONS = {"clouds": may(MapOf(_CLOUD), {}), "flavours": may(MapOf(_FLAVOUR), {})}
VERBS = {
    "create_server": Record(
        {
            "name": need(group),
            "cloud": need(_cloud),
            "flavour": need(reference("flavours")),
            "system": need(reference("systems")),
            "count": may(count, 1),
            "programs": may(ListOf(_program), ()),
            "run": may(_program, None),
            "apart": may(flag(), False),
        }
    ),
    "delete_server": Record({"name": need(reference("places")), "cloud": need(_cloud)}),
    "fail_server": Record(_SERVER),
    "repair_server": Record(_SERVER),
}
