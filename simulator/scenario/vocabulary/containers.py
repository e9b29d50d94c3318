"""Container engines, images and containers."""

from simulator.scenario.fields import ListOf, MapOf, Record, may, need, reference
from simulator.scenario.vocabulary.words import MIB, arch, count, group, place, runtime

_ENGINE = Record(
    {
        "arch": may(arch, "x86_64"),
        "ram_mib": need(MIB),
        "utility": may(reference("systems"), None),
    }
)
_IMAGE = Record(
    {
        "arch": may(arch, "x86_64"),
        "size_mib": need(MIB),
        "programs": may(ListOf(reference("programs")), ()),
        "libraries": may(ListOf(runtime), ()),
    }
)

SECTIONS = {"engines": may(MapOf(_ENGINE), {}), "images": may(MapOf(_IMAGE), {})}
VERBS = {
    "start_container": Record(
        {
            "name": need(group),
            "on": need(place),
            "image": need(reference("images")),
            "count": may(count, 1),
            "run": need(reference("programs")),
        }
    ),
}
