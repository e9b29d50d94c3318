"""A client's call: look a name up, try its addresses one after the other."""

from simulator.engine import Work
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import NetworkNamespace
from simulator.subsystems.network.ways import Connection, connect, resolve


def call(stack: NetworkNamespace, to: str, port: int, publish: object) -> Work:
    """Connect from a stack to a name or an address; the result is a ``Connection``.

    ``publish``: the mechanism ``network.publish``. Waits as long as a real client
    would; raises the NetworkError of the last address when none answers.
    """
    error: NetworkError | None = None
    for address in resolve(stack, to):
        try:
            found: Connection = connect(stack, address, port, publish=str(publish))
        except NetworkError as refused:
            yield refused.waited_us
            error = refused
        else:
            yield 0
            return found
    raise error or NetworkError("EAI_NONAME", f"{to}: Name or service not known")
