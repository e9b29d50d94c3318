"""``ping``: whether a host is there, whatever listens on it."""

from collections.abc import Generator
from typing import Any

from simulator.engine import Gate
from simulator.lab.call import Answer, Call, CommandError, options
from simulator.subsystems.network.calls import call as connect
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import NetworkNamespace
from simulator.subsystems.network.stacks import stack_of
from simulator.subsystems.network.ways import resolve

DISCARD = 9
"""A port that nobody listens at: a refusal shows that its host is there."""
_UNREACHABLE = 2


def stack(call: Call) -> NetworkNamespace:
    """Return the network that the caller's namespace has."""
    return stack_of(call.view.namespaces.net)


def ping(call: Call) -> Answer:
    """Try whether a host is there."""
    found = options(call.words[1:], "qn4", ("c", "W", "i"))
    count = found.value("c") or "3"
    if len(found.rest) != 1 or not count.isdigit():
        raise CommandError("usage error: Destination address required", _UNREACHABLE)
    host = found.rest[0]
    try:
        address = resolve(stack(call), host)[0]
    except NetworkError as error:
        raise CommandError(
            f"{host}: Name or service not known", _UNREACHABLE
        ) from error
    call.line(f"PING {host} ({address}) 56(84) bytes of data.")
    received = 0
    for number in range(1, int(count) + 1):
        why = yield from _is_reached(call, address)
        received += not why
        if why:
            call.line(f"From {stack(call).address} icmp_seq={number} {why}")
        else:
            call.line(f"64 bytes from {address}: icmp_seq={number} ttl=64")
    sent = int(count)
    lost = (sent - received) * 100 // sent if sent else 0
    call.line(f"\n--- {host} ping statistics ---")
    call.line(f"{sent} packets transmitted, {received} received, {lost}% packet loss")
    return 0 if received else 1


def _is_reached(call: Call, address: str) -> Generator[int | Gate, None, str]:
    """Return why an address cannot be reached; nothing when it can."""
    try:
        yield from connect(stack(call), address, DISCARD, "nat")
    except NetworkError as error:
        reasons: dict[str, Any] = {
            "ECONNREFUSED": "",
            "EHOSTUNREACH": "Destination Host Unreachable",
            "ENETUNREACH": "Network is unreachable",
        }
        return str(reasons.get(error.errno_name, "Request timed out"))
    return ""


COMMANDS = {"ping": ping}
