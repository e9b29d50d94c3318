"""Steps on a network: listen at a port, connect to one of this network namespace."""

from simulator.live.binaries.writing import (
    BIND,
    CONNECT,
    EXIT_GROUP,
    Arguments,
    StepWriter,
    Writer,
)

LOOPBACK_BIT = 16
"""Set beside the port in a record of a program that listens at the loopback alone."""
_SOCKET, _CONNECT, _BIND, _LISTEN = 41, 42, 49, 50
_INET, _STREAM, _BACKLOG, _ADDRESS_BYTES = 2, 1, 16, 16
_WILDCARD, _LOOPBACK = (0, 0, 0, 0), (127, 0, 0, 1)
CANNOT_SERVE = 1
"""Exit status of a server without its port, and of a client without its server."""


def _listen(writer: Writer, arguments: Arguments) -> None:
    """Bind and listen; a server that cannot have its port ends."""
    code, port = writer.code, arguments["port"]
    is_local = arguments["address"] == "127.0.0.1"
    refused, done = code.new_label(), code.new_label()
    _open(writer, _LOOPBACK if is_local else _WILDCARD, port)
    code.system_call(_BIND, "rbp", "rsp", _ADDRESS_BYTES)
    code.compare("rax", 0)
    code.jump_if("less", refused)
    code.system_call(_LISTEN, "rbp", _BACKLOG)
    code.label(refused)
    code.add("rsp", _ADDRESS_BYTES)
    writer.tell_outcome(BIND, is_local << LOOPBACK_BIT | port)
    _end_if_failed(writer, done)


def _connect(writer: Writer, arguments: Arguments) -> None:
    """Connect to a port of the loopback; a client that needs its server ends."""
    code, done = writer.code, writer.code.new_label()
    _open(writer, _LOOPBACK, arguments["port"])
    code.system_call(_CONNECT, "rbp", "rsp", _ADDRESS_BYTES)
    code.add("rsp", _ADDRESS_BYTES)
    writer.tell_outcome(CONNECT, arguments["port"])
    if arguments["needed"]:
        _end_if_failed(writer, done)


def _open(writer: Writer, address: tuple[int, ...], port: int) -> None:
    """Put a new socket into rbp, and an address onto the stack."""
    code = writer.code
    code.system_call(_SOCKET, _INET, _STREAM, 0)
    code.move("rbp", "rax")
    code.subtract("rsp", _ADDRESS_BYTES)
    packed = bytes([_INET, 0, port >> 8, port & 0xFF, *address])
    code.move("rcx", int.from_bytes(packed, "little"))
    code.store("rsp", 0, "rcx")
    code.move("rcx", 0)
    code.store("rsp", 8, "rcx")


def _end_if_failed(writer: Writer, done: str) -> None:
    """End when the last call failed: else its result, 0, is in rbx."""
    code = writer.code
    code.compare("rbx", 0)
    code.jump_if("equal", done)
    code.system_call(EXIT_GROUP, CANNOT_SERVE)
    code.label(done)


STEPS: dict[str, StepWriter] = {"listen": _listen, "connect": _connect}
NEEDS = {
    "listen": ("socket", "bind", "listen"),
    "connect": ("socket", "connect"),
}
"""System calls beyond those that every program may make."""
