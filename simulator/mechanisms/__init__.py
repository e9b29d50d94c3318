"""The mechanisms that an experiment may switch, replace or tune.

A mechanism is how a kind of part works by default. An arm of a scenario changes
one with ``changes``; a test changes the simulator itself with ``altered`` or with
the ``mechanisms`` argument of ``evaluate`` and ``prove``::

    with altered({"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}):
        report = prove(scenario)      # what depends on the missing loader flips
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from types import MappingProxyType

from simulator.errors import InputError
from simulator.mechanisms import (
    clouds,
    containers,
    cpu,
    images,
    kernels,
    memory,
    networks,
    orchestrators,
    processes,
    virtualization,
)
from simulator.mechanisms.mechanism import Mechanism, Value, listed, number, tuned
from simulator.trace import canonical_json, digest

__all__ = [
    "MECHANISMS",
    "Mechanism",
    "Overlay",
    "Value",
    "altered",
    "checked",
    "checked_overlay",
    "defaults",
    "in_force",
    "listed",
    "number",
    "tuned",
    "version_suffix",
]

Overlay = Mapping[str, str | int | list[str] | tuple[str, ...]]

_KINDS = (
    kernels,
    processes,
    memory,
    cpu,
    containers,
    images,
    virtualization,
    networks,
    orchestrators,
    clouds,
)
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType(
    {name: mechanism for kind in _KINDS for name, mechanism in kind.MECHANISMS.items()}
)
"""Every mechanism by name, one module per kind of part."""

_DEFAULTS: Mapping[str, Value] = {
    name: mechanism.default for name, mechanism in MECHANISMS.items()
}
_overlay: ContextVar[Mapping[str, Value]] = ContextVar("overlay")


def checked(name: str, value: object) -> Value:
    """Return ``value`` in the form that mechanism ``name`` takes.

    Raises InputError, with a suggestion, when the name or the value is not known.
    """
    mechanism = MECHANISMS.get(name)
    if mechanism is None:
        close = get_close_matches(name, MECHANISMS, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise InputError(f"there is no mechanism {name!r}{hint}")
    if mechanism.is_number:
        return _checked_number(name, mechanism, value)
    allowed = ", ".join(mechanism.choices)
    if mechanism.is_list:
        entries = tuple(value) if isinstance(value, list | tuple) else (value,)
        if entries == (value,) or any(e not in mechanism.choices for e in entries):
            raise InputError(f"mechanism {name} takes a list of: {allowed}")
        return entries
    if not isinstance(value, str) or value not in mechanism.choices:
        raise InputError(f"mechanism {name} takes one of: {allowed}")
    return value


def _checked_number(name: str, mechanism: Mechanism, value: object) -> int:
    least, most = mechanism.least, mechanism.most
    if type(value) is not int or not least <= value <= most:
        raise InputError(f"mechanism {name} takes a number from {least} to {most}")
    return value


def checked_overlay(overlay: Overlay) -> dict[str, Value]:
    """Return the overlay with each value in its checked form."""
    return {name: checked(name, overlay[name]) for name in sorted(overlay)}


@contextmanager
def altered(overlay: Overlay) -> Iterator[None]:
    """Change mechanisms of the simulator itself for all runs inside the block."""
    token = _overlay.set({**in_force(), **checked_overlay(overlay)})
    try:
        yield
    finally:
        _overlay.reset(token)


def in_force() -> Mapping[str, Value]:
    """Return the overlay of the innermost ``altered`` block; empty outside."""
    return _overlay.get({})


def defaults() -> dict[str, Value]:
    """Return every mechanism's value as the simulator stands, overlay included."""
    return {**_DEFAULTS, **in_force()}


def version_suffix() -> str:
    """Return what marks runs of an altered simulator; empty for the real one."""
    overlay = in_force()
    return f"+altered.{digest(canonical_json(overlay))[:12]}" if overlay else ""
