"""Mechanisms of the cores that programs share."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "cpu.scheduler": Mechanism(
        "fair",
        ("fair", "equal", "fifo"),
        "cores are shared by weight, by the head, or first come first served",
    ),
    "cgroup.cpu": Mechanism(
        "on", ("on", "off"), "a cgroup's threads share its weight and its quota"
    ),
    "cgroup.freeze": Mechanism(
        "hold",
        ("hold", "stop"),
        "freezing holds a group's processes, or sends each SIGSTOP",
    ),
}
