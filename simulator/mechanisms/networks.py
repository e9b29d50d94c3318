"""Mechanisms of networks."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {}
