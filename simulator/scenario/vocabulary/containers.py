"""Container engines, images and containers."""

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
from simulator.scenario.vocabulary.cgroups import LIMITS, NO_LIMITS
from simulator.scenario.vocabulary.images import HEALTHCHECK, Command, tag_or_image
from simulator.scenario.vocabulary.steps.network import PORT, network
from simulator.scenario.vocabulary.words import (
    ENV,
    MIB,
    UID,
    USER,
    arch,
    binary_format,
    count,
    directory,
    group,
    path,
    place,
    slug,
    uid_range,
)
from simulator.subsystems.containers.boundaries import ISOLATIONS, RUNTIMES
from simulator.subsystems.containers.store import PULL_POLICIES
from simulator.subsystems.containers.wishes import POLICIES
from simulator.subsystems.isolation import GRACE_S
from simulator.subsystems.namespaces import KINDS
from simulator.subsystems.network.bridges import DEFAULT
from simulator.subsystems.users import CAPABILITIES

_ENGINE = Record(
    {
        "arch": may(arch, "x86_64"),
        "ram_mib": need(MIB),
        "utility": may(reference("systems"), None),
        "format": may(binary_format, "elf"),
    }
)
_PUBLISHED = Record({"host": need(PORT), "container": need(PORT)})
_VOLUME = Record(
    {"name": need(slug), "path": need(path), "read_only": may(flag(), False)}
)
_BIND = Record(
    {
        "source": need(directory),
        "path": need(path),
        "read_only": may(flag(), False),
        "uid": may(UID, 0),
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
            "network": may(network, DEFAULT),
            "ports": may(ListOf(_PUBLISHED, most=20), ()),
            "run": may(reference("programs"), None),
            "entrypoint": may(Command(), None),
            "command": may(Command(), None),
            "env": may(ListOf(text(ENV, "NAME=value")), ()),
            "user": may(text(USER, "a user's name or number"), ""),
            "volumes": may(ListOf(_VOLUME), ()),
            "binds": may(ListOf(_BIND), ()),
            "read_only": may(flag(), False),
            "init": may(flag(), False),
            "restart": may(choice(*POLICIES), "no"),
            "retries": may(integer(0, 1000), 0),
            "healthcheck": may(HEALTHCHECK, None),
            "privileged": may(flag(), False),
            "cap_add": may(ListOf(choice(*CAPABILITIES)), ()),
            "cap_drop": may(ListOf(choice(*CAPABILITIES)), ()),
            "runtime": may(choice(*RUNTIMES), "runc"),
            "isolation": may(choice(*ISOLATIONS), "default"),
            "host_namespaces": may(ListOf(choice(*KINDS)), ()),
            "uid_map": may(ListOf(uid_range, most=5), ()),
            "boottime_offset_s": may(integer(-(10**9), 10**9), None),
            "limits": may(LIMITS, NO_LIMITS),
        }
    ),
    "restart_container": Record({"on": need(reference("places"))}),
    "remove_container": Record(
        {
            "on": need(reference("places")),
            "force": may(flag(), False),
            "volumes": may(flag(), False),
        }
    ),
    "stop_container": Record(
        {"on": need(reference("places")), "grace_s": may(integer(0, 3600), GRACE_S)}
    ),
}
