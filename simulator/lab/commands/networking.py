"""Commands on networks: addresses, sockets, names, and clients that connect.

All of them see the network namespace of the process that runs them, and no other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from simulator.engine import Work
from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.view import short_name
from simulator.subsystems.costs import request_cost
from simulator.subsystems.network.calls import call as connection_to
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import (
    Interface,
    NetworkNamespace,
    Socket,
)
from simulator.subsystems.network.stacks import stack_of
from simulator.subsystems.network.ways import resolve
from simulator.subsystems.processes import Process

if TYPE_CHECKING:
    from simulator.subsystems.network.ways import Connection

HTTP = 80
_URL = re.compile(r"(?:http://)?([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?(?:/\S*)?\Z")
NOT_FOUND = 2
CURL_STATUS = {
    "EAI_NONAME": (6, "Could not resolve host: {host}"),
    "ETIMEDOUT": (28, "Failed to connect to {host} port {port}: Connection timed out"),
    "ECONNRESET": (56, "Recv failure: Connection reset by peer"),
}
"""Per error: the exit status of curl, and what it says."""
CURL_OTHERS = (7, "Failed to connect to {host} port {port}: {why}")
WHY = {
    "ECONNREFUSED": "Connection refused",
    "EHOSTUNREACH": "No route to host",
    "ENETUNREACH": "Network is unreachable",
    "ETIMEDOUT": "Connection timed out",
    "ECONNRESET": "Connection reset by peer",
    "EAI_NONAME": "Name or service not known",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a client is to connect to."""

    host: str
    port: int


def addresses(call: Call) -> Answer:
    """Show interfaces with their addresses, or where packets go."""
    found = options(call.words[1:], ("br", "b", "r", "4"))
    about = found.rest[0] if found.rest else "addr"
    stack = stack_of(call.view.namespaces.net)
    if "route".startswith(about):
        for line in _routes(stack):
            call.line(line)
        return 0
    if not any(word.startswith(about) for word in ("addr", "address", "link")):
        raise CommandError(f'Object "{about}" is unknown, try "ip help".')
    for number, interface in enumerate(stack.interfaces, 1):
        for line in _described(number, interface, brief=found.has("br", "b", "r")):
            call.line(line)
    return 0


def _described(number: int, interface: Interface, *, brief: bool) -> Iterator[str]:
    length = _length(interface)
    address = f"{interface.address}/{length}"
    if brief:
        state = "UNKNOWN" if interface.network is None else "UP"
        yield f"{interface.name:<16} {state:<14} {address}"
        return
    kind = "LOOPBACK" if interface.network is None else "BROADCAST,MULTICAST"
    mtu = 65_536 if interface.network is None else 1500
    scope = "host" if interface.network is None else "global"
    yield f"{number}: {interface.name}: <{kind},UP,LOWER_UP> mtu {mtu} state UP"
    yield f"    inet {address} scope {scope} {interface.name}"


def _length(interface: Interface) -> int:
    return 8 if interface.network is None else interface.network.bits


def _routes(stack: NetworkNamespace) -> Iterator[str]:
    """Go through the routes of a stack, the default one first."""
    inside = [(i, i.network) for i in stack.interfaces if i.network is not None]
    if stack.gateway is not None:
        for interface, network in inside:
            for other in stack.gateway.interfaces:
                if other.network is network:
                    yield f"default via {other.address} dev {interface.name}"
    for interface, network in inside:
        rest = ".0" * (3 - network.prefix.count("."))
        subnet = f"{network.prefix}0{rest}/{network.bits}"
        yield f"{subnet} dev {interface.name} scope link src {interface.address}"


def sockets(call: Call) -> Answer:
    """List the ports at which something listens."""
    found = options(call.words[1:], "ltunpaHe")
    stack = stack_of(call.view.namespaces.net)
    if not found.has("H"):
        call.line("State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process")
    alive = [socket for socket in stack.sockets if socket.owner.alive]
    for socket in sorted(alive, key=lambda socket: (socket.port, socket.address)):
        owner = _owner(call, socket) if found.has("p") else ""
        local = f"{socket.address}:{socket.port}"
        row = f"LISTEN 0      4096   {local:<19} 0.0.0.0:*         {owner}"
        call.line(row.rstrip())
    return 0


def _owner(call: Call, socket: Socket) -> str:
    """Return the process behind a socket, if it can be seen from here."""
    owner = socket.owner
    if not isinstance(owner, Process):
        return 'users:(("docker-proxy"))'
    pid = call.view.pid(owner)
    return f'users:(("{short_name(owner)}",pid={pid}))' if pid else ""


def names(call: Call) -> Answer:
    """Look a host name up, as every program here would."""
    words = call.words[1:]
    if len(words) < 2 or words[0] not in {"hosts", "ahosts"}:  # noqa: PLR2004
        raise CommandError("usage: getent hosts NAME")
    stack = stack_of(call.view.namespaces.net)
    status = 0
    for name in words[1:]:
        try:
            found = resolve(stack, name)
        except NetworkError:
            status = NOT_FOUND
            continue
        for address in found:
            call.line(f"{address:<15} {name}")
    return status


def curl(call: Call) -> Answer:
    """Ask a server for a page; the exit status tells what went wrong."""
    found = options(
        call.words[1:], ("s", "S", "f", "v", "I", "i", "silent", "head"), ("o", "m")
    )
    if not found.rest:
        raise CommandError("no URL specified", 2)
    target = _target(found.rest[0])
    if target is None:
        call.err("curl: (3) URL rejected: Malformed input to a URL function\n")
        return 3
    quiet = found.has("s", "silent") and not found.has("S")
    return _asked(call, target, quiet=quiet, shows=found.has("v", "I", "i", "head"))


def _target(url: str) -> Target | None:
    matching = _URL.match(url)
    if matching is None:
        return None
    return Target(matching[1], int(matching[2] or HTTP))


def _asked(call: Call, target: Target, *, quiet: bool, shows: bool) -> Work:
    try:
        found: Connection = yield from _connect(call, target)
    except NetworkError as error:
        status, text = CURL_STATUS.get(error.errno_name, CURL_OTHERS)
        why = WHY[error.errno_name]
        if not quiet:
            said = text.format(host=target.host, port=target.port, why=why)
            call.err(f"curl: ({status}) {said}\n")
        return status
    if shows:
        call.line(f"* Connected to {target.host} port {target.port}")
        call.line(f"* by way of {', '.join(found.via)}, to {found.namespace.name}")
    owner = cast("Process", found.socket.owner)
    yield from _served(owner)
    call.line(f"{owner.program.name} at {owner.namespaces.uts.hostname}")
    return 0


def _served(owner: Process) -> Work:
    """Let the server at the other end work for one request."""
    platform = owner.kernel.platform
    cost = request_cost(owner.program, platform, owner.operation_ns)
    yield from platform.cores.use(max(1, cost.ns // 1000))
    platform.exits += cost.exits
    platform.host_calls += cost.calls
    owner.served += 1


def netcat(call: Call) -> Answer:
    """Try whether somebody listens at a port."""
    found = options(call.words[1:], "zvn", ("w",))
    if len(found.rest) != 2 or not found.rest[1].isdigit():  # noqa: PLR2004
        raise CommandError("usage: nc -z HOST PORT")
    target = Target(found.rest[0], int(found.rest[1]))
    return _tried(call, target, tells=found.has("v"))


def _tried(call: Call, target: Target, *, tells: bool) -> Work:
    try:
        yield from _connect(call, target)
    except NetworkError as error:
        if tells:
            place = f"{target.host} port {target.port} (tcp)"
            call.complain(f"connect to {place} failed: {WHY[error.errno_name]}")
        return 1
    if tells:
        call.err(f"Connection to {target.host} {target.port} port [tcp] succeeded!\n")
    return 0


def _connect(call: Call, target: Target) -> Work:
    stack = stack_of(call.view.namespaces.net)
    publish = call.lab.world.mechanisms["network.publish"]
    return (yield from connection_to(stack, target.host, target.port, publish))


COMMANDS = {
    "curl": curl,
    "getent": names,
    "ip": addresses,
    "nc": netcat,
    "ss": sockets,
}
