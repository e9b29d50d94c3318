"""``docker``: the client of a container engine of this kernel."""

from simulator.lab.call import Function

COMMANDS: dict[str, Function] = {}
