"""Mechanisms of orchestrators."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {}
