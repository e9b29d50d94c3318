"""Container engines, images and containers."""

from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    choice,
    integer,
    may,
    need,
    reference,
)
from simulator.scenario.vocabulary.cgroups import LIMITS, NO_LIMITS
from simulator.scenario.vocabulary.images import tag_or_image
from simulator.scenario.vocabulary.steps.network import PORT, network
from simulator.scenario.vocabulary.words import MIB, UID, arch, count, group, place
from simulator.subsystems.containers.store import PULL_POLICIES
from simulator.subsystems.namespaces import KINDS
from simulator.subsystems.network.bridges import DEFAULT

_ENGINE = Record(
    {
        "arch": may(arch, "x86_64"),
        "ram_mib": need(MIB),
        "utility": may(reference("systems"), None),
    }
)
_PUBLISHED = Record({"host": need(PORT), "container": need(PORT)})
_UID_RANGE = Record(
    {
        "inside": may(UID, 0),
        "outside": need(UID),
        "count": may(integer(1, 2**32 - 1), 65_536),
    }
)

SECTIONS = {"engines": may(MapOf(_ENGINE), {})}
VERBS = {
    "start_container": Record(
        {
            "name": need(group),
            "on": need(place),
            "image": need(tag_or_image()),
            "pull": may(choice(*PULL_POLICIES), "missing"),
            "count": may(count, 1),
            "run": need(reference("programs")),
            "network": may(network, DEFAULT),
            "ports": may(ListOf(_PUBLISHED, most=20), ()),
            "host_namespaces": may(ListOf(choice(*KINDS)), ()),
            "uid_map": may(ListOf(_UID_RANGE, most=5), ()),
            "boottime_offset_s": may(integer(-(10**9), 10**9), None),
            "limits": may(LIMITS, NO_LIMITS),
        }
    ),
    "stop_container": Record(
        {"on": need(reference("places")), "grace_s": may(integer(0, 3600), 10)}
    ),
}
