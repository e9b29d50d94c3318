"""Steps on a network: listen at a port, give it back, connect to another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.network.calls import call
from simulator.subsystems.network.errors import BindError, NetworkError
from simulator.subsystems.network.stacks import stack_of
from simulator.subsystems.processes import Process

if TYPE_CHECKING:
    from simulator.subsystems.network.ways import Connection

Arguments = Mapping[str, Any]

CANNOT_SERVE = 1
"""Exit status of a server without its port, and of a client without its server."""


def listen(process: Process, arguments: Arguments) -> Work:
    """Listen at a port; a server that cannot have it ends with status 1."""
    yield 0
    stack = stack_of(process.namespaces.net)
    try:
        socket = stack.bind(arguments["address"], arguments["port"], process)
    except BindError as error:
        address = f"{arguments['address']}:{arguments['port']}"
        _fail(process, "bind", address, error)
        process.kernel.end(
            process, exit_status=CANNOT_SERVE, cause=process.last_seq, log=error.log
        )
        return
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        "listen",
        cause=process.last_seq,
        target=str(socket),
        pid=process.pid,
        place=process.place,
    )


def close(process: Process, arguments: Arguments) -> Work:
    """Give a port back, as a server that hangs or drains does."""
    yield 0
    port = arguments["port"]
    if stack_of(process.namespaces.net).close(process, port):
        process.last_seq = process.kernel.platform.engine.record(
            process.kernel.name,
            "close",
            cause=process.last_seq,
            target=f"port {port}",
            pid=process.pid,
            place=process.place,
        )


def connect(process: Process, arguments: Arguments) -> Work:
    """Connect to a port of another; a client that needs it ends with status 1."""
    to, port = arguments["to"], arguments["port"]
    kernel = process.kernel
    stack = stack_of(process.namespaces.net)
    publish = kernel.mechanisms["network.publish"]
    try:
        found: Connection = yield from call(stack, to, port, publish)
    except NetworkError as error:
        _fail(process, "connect", f"{to}:{port}", error)
        if arguments["needed"]:
            kernel.end(
                process, exit_status=CANNOT_SERVE, cause=process.last_seq, log=error.log
            )
        return
    process.last_seq = kernel.platform.engine.record(
        kernel.name,
        "connect",
        cause=process.last_seq,
        target=f"{to}:{port}",
        pid=process.pid,
        reached=found.namespace.name,
        via=list(found.via),
    )


def _fail(process: Process, action: str, target: str, error: NetworkError) -> None:
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        FAILED,
        cause=process.last_seq,
        target=target,
        pid=process.pid,
        errno=error.errno,
        errno_name=error.errno_name,
        log=error.log,
    )


STEPS = {"listen": listen, "close": close, "connect": connect}
