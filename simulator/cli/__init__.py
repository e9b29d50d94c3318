"""The command line: one module per command, a table of them in ``commands``."""

from simulator.cli.main import main

__all__ = ["main"]
