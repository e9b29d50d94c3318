"""Mechanisms of the cores that programs share."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "cpu.scheduler": Mechanism(
        "fair",
        ("fair", "equal", "fifo"),
        "cores are shared by weight, by the head, or first come first served",
    ),
}
