"""Mechanisms of container engines and their containers."""

from simulator.mechanisms.mechanism import Mechanism

NAMESPACES = ("pid", "mnt", "uts", "ipc", "net", "cgroup", "user", "time")

MECHANISMS = {
    "container.namespaces": Mechanism(
        ("pid", "mnt", "uts", "ipc", "net", "cgroup"),
        NAMESPACES,
        "kinds of namespace that a container gets of its own",
    ),
    "container.kernel": Mechanism(
        "shared",
        ("shared", "own"),
        "the host's kernel, or one booted per container",
    ),
    "container.layers": Mechanism(
        "shared",
        ("shared", "copied"),
        "image layers mounted once, or copied for each",
    ),
    "container.limits": Mechanism(
        "on", ("on", "off"), "a cgroup bounds what a container may use"
    ),
    "container.network": Mechanism(
        "bridge",
        ("bridge", "host"),
        "own network namespace behind a bridge, or none",
    ),
}
