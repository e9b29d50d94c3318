"""Container engines, images and containers."""

from simulator.scenario.fields import MapOf, Record, choice, may, need, reference
from simulator.scenario.vocabulary.images import tag_or_image
from simulator.scenario.vocabulary.words import MIB, arch, count, group, place
from simulator.subsystems.containers.store import PULL_POLICIES

_ENGINE = Record(
    {
        "arch": may(arch, "x86_64"),
        "ram_mib": need(MIB),
        "utility": may(reference("systems"), None),
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
        }
    ),
}
