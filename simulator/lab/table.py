"""Every command by name: what the shell does itself, and what programs do."""

from collections.abc import Mapping

from simulator.lab.call import Function
from simulator.lab.commands import (
    docker,
    filing,
    machines,
    memory,
    namespaces,
    networking,
    orchestrators,
    packages,
    processes,
    reachability,
    shell,
    shells,
    system,
    text,
)

_FAMILIES = (
    packages,
    text,
    filing,
    system,
    processes,
    memory,
    namespaces,
    networking,
    orchestrators,
    shells,
    docker,
    machines,
    reachability,
)
BUILTINS: Mapping[str, Function] = {**shell.COMMANDS, "kill": processes.kill}
COMMANDS: Mapping[str, Function] = {
    **{
        name: shell.COMMANDS[name]
        for name in ("echo", "printf", "pwd", "true", "false")
    },
    **{name: run for family in _FAMILIES for name, run in family.COMMANDS.items()},
}
"""What the program of this name does, once its process has been started."""
