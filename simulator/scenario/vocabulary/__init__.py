"""The words of the language: parts of a world, and actions of a plan.

Each module here holds the words of one kind of part: ``SECTIONS`` of a world and
``VERBS`` of a plan.
"""

from simulator.scenario.fields import MapOf, Record
from simulator.scenario.vocabulary import (
    builds,
    cgroups,
    clouds,
    containers,
    hardware,
    images,
    networks,
    orchestrators,
    programs,
    virtualization,
)

_KINDS = (
    hardware,
    programs,
    virtualization,
    containers,
    images,
    builds,
    clouds,
    cgroups,
    networks,
    orchestrators,
)

WORLD = Record({key: spec for kind in _KINDS for key, spec in kind.SECTIONS.items()})
VERBS = {verb: record for kind in _KINDS for verb, record in kind.VERBS.items()}
"""Every action: its name and its arguments."""
WORLD_FIELDS = {
    section: {name: spec for name, (spec, _) in entries.entry.fields.items()}
    for section, (entries, _) in WORLD.fields.items()
    if isinstance(entries, MapOf) and isinstance(entries.entry, Record)
}
"""Per section of a world: the fields of its parts."""
