"""Mechanisms of clouds and their warehouses."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {}
