"""Mechanisms of processes, signals, users and namespaces."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "kernel.pid1_signals": Mechanism(
        "protected",
        ("protected", "ordinary"),
        "default actions spare a namespace's init, or treat it like any process",
    ),
    "kernel.reaping": Mechanism(
        "parent",
        ("parent", "kernel"),
        "a zombie stays until its parent waits, or the kernel drops it at once",
    ),
    "kernel.pid1_end": Mechanism(
        "namespace",
        ("namespace", "alone"),
        "the end of a PID namespace's init ends all in it, or itself alone",
    ),
    "kernel.capabilities": Mechanism(
        "namespaced",
        ("namespaced", "global"),
        "a capability counts in its user namespace and inside it, or everywhere",
    ),
    "kernel.user_namespaces": Mechanism(
        "unprivileged",
        ("unprivileged", "privileged"),
        "who may make a user namespace: every user, or those with CAP_SYS_ADMIN",
    ),
    "kernel.orphans": Mechanism(
        "namespace",
        ("namespace", "system"),
        "orphans go to their PID namespace's init, or to the system's",
    ),
    "cgroup.pids": Mechanism(
        "on", ("on", "off"), "a cgroup bounds how many processes there are in it"
    ),
}
