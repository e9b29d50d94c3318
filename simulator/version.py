"""The version that names this simulator's behaviour in every run and proof.

Raise it with each change that can alter a trace.
"""

SIMULATOR_VERSION = "0.5.0"
