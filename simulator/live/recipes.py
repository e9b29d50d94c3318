"""Steps of a scenario's programs, as programs of a probe can carry them out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.live.binaries.asking import CALLS, FLAGS
from simulator.live.binaries.programs import STEPS
from simulator.live.translation import NotHereError, Translation
from simulator.subsystems.files import Step
from simulator.subsystems.network.namespace import LOOPBACK
from simulator.subsystems.signals import NUMBERS
from simulator.subsystems.steps.life import EXECVE

MOST_MIB = 512
"""Memory that one step may take."""
_HERE = frozenset({LOOPBACK, "localhost"})
_NAME = re.compile(r"[a-z0-9-]{1,20}\Z")


def checked(translation: Translation, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps with this package's own paths; raise NotHereError for others."""
    found: list[Step] = []
    for kind, arguments in steps:
        if kind not in STEPS:
            raise NotHereError(f"no program of a probe does the step {kind}")
        own = dict(arguments)
        check_plain(kind, own)
        CHECKS.get(kind, _fine)(translation, own)
        if "steps" in own:
            own["steps"] = checked(translation, own["steps"])
        found.append((kind, own))
    return tuple(found)


def kinds_of(steps: Iterable[Step]) -> Iterator[str]:
    """Go through the kinds of steps, of those inside others too."""
    for kind, arguments in steps:
        yield kind
        yield from kinds_of(arguments.get("steps", ()))


def _fine(_translation: Translation, _own: dict[str, Any]) -> None:
    """Most steps can be carried out as they are."""


def check_plain(kind: str, arguments: Mapping[str, Any]) -> None:
    """Raise NotHereError for a step that no program of ours does in this way.

    Of steps that ask more of where they run than a kernel, it says nothing.
    """
    PLAIN_CHECKS.get(kind, _any_way)(arguments)


def _any_way(_arguments: Mapping[str, Any]) -> None:
    """Most steps have one way only."""


def _check_compute(arguments: Mapping[str, Any]) -> None:
    if arguments["threads"] > 1:
        raise NotHereError("programs of a probe have one thread")


def _check_start(arguments: Mapping[str, Any]) -> None:
    if arguments["through"] != EXECVE:
        raise NotHereError("programs of a probe ask the kernel itself for others")


def _check_allocate(arguments: Mapping[str, Any]) -> None:
    if arguments["mib"] is None or not arguments["touch"]:
        raise NotHereError("a probe takes memory by MiB, and uses it")
    if arguments["mib"] > MOST_MIB:
        raise NotHereError(f"a probe takes {MOST_MIB} MiB of memory at most")


PLAIN_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "compute": _check_compute,
    "spawn": _check_start,
    "exec": _check_start,
    "allocate": _check_allocate,
}
"""Per step: what must be so that a program of ours can carry it out anywhere."""


def _start(translation: Translation, own: dict[str, Any]) -> None:
    own["path"] = f"/p{translation.number(own['program'])}"


def _kill(translation: Translation, own: dict[str, Any]) -> None:
    if own["program"] is None and own["pid"] is None:
        raise NotHereError("a signal for nobody is none")
    own["number"] = NUMBERS[own["signal"]]
    if own["program"] is not None:
        own["pid"] = None
        own["wanted"] = translation.number(own["program"])


def _set_user(translation: Translation, _own: dict[str, Any]) -> None:
    translation.need("users")


def _unshare(translation: Translation, own: dict[str, Any]) -> None:
    if not set(own["kinds"]) <= set(FLAGS):
        raise NotHereError("no program of a probe makes such namespaces")
    if "user" in own["kinds"]:
        translation.need("nested_users")


def _system_call(_translation: Translation, own: dict[str, Any]) -> None:
    if own["name"] not in CALLS:
        raise NotHereError(f"a sandbox itself forbids {own['name']}")
    if not _NAME.match(own["value"]):
        raise NotHereError("a probe sets short names only")


def _connect(_translation: Translation, own: dict[str, Any]) -> None:
    if own["to"] not in _HERE:
        raise NotHereError("a probe has no network but the loopback")


CHECKS: Mapping[str, Callable[[Translation, dict[str, Any]], None]] = {
    "spawn": _start,
    "exec": _start,
    "kill": _kill,
    "set_user": _set_user,
    "unshare": _unshare,
    "system_call": _system_call,
    "connect": _connect,
}
"""Per step: what else a sandbox wants of it, and what it then needs."""
