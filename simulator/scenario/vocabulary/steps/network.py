"""Steps on a network: listen at a port, give it back, connect to another."""

import re

from simulator.scenario.fields import (
    Check,
    Context,
    Record,
    choice,
    flag,
    integer,
    may,
    need,
    suggest,
    text,
)
from simulator.subsystems.network.bridges import DEFAULT, HOST, NONE
from simulator.subsystems.network.namespace import LOOPBACK, WILDCARD

PORT = integer(1, 65_535)
_HOST = re.compile(r"[a-z][a-z0-9_-]{0,60}\Z|[0-9]{1,3}(\.[0-9]{1,3}){3}\Z")
_BUILT_IN = (DEFAULT, HOST, NONE)


def _network(value: str, context: Context) -> tuple[str, str] | None:
    known = {*_BUILT_IN, *context.names.get("networks", ())}
    if value in known:
        return None
    return f"there is no network {value!r}", suggest(value, known)


_FORM = {"description": "bridge, host, none or a name among networks"}
network = Check("text", _network, DEFAULT, {**_FORM, "x-names": ["networks"]})
host = text(_HOST, "a host name or an address")

STEPS = {
    "listen": Record(
        {"port": need(PORT), "address": may(choice(WILDCARD, LOOPBACK), WILDCARD)}
    ),
    "close": Record({"port": need(PORT)}),
    "connect": Record(
        {"to": need(host), "port": need(PORT), "needed": may(flag(), True)}
    ),
}
