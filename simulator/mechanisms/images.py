"""Mechanisms of image builds and registries."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {}
