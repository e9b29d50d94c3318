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
    "container.copy_up": Mechanism(
        "file",
        ("file", "block"),
        "the first write to a file of the image copies all of it, or what changes",
    ),
    "container.writes": Mechanism(
        "own",
        ("own", "image"),
        "what a container writes goes to a layer of its own, or into its image",
    ),
    "container.volumes": Mechanism(
        "outside",
        ("outside", "inside"),
        "files of a volume lie outside the container's layer, or in it",
    ),
    "container.back_off": Mechanism(
        "doubling",
        ("doubling", "none"),
        "each restart in a row waits twice as long as the last, or all alike",
    ),
    "container.privileged": Mechanism(
        "host",
        ("host", "ignored"),
        "a privileged container has the devices and rights of its host's root, or not",
    ),
    "engine.rights": Mechanism(
        "root",
        ("root", "rootless"),
        "who asks the engine gets what root may do, or what an ordinary user may",
    ),
    "windows.isolation": Mechanism(
        "by-edition",
        ("by-edition", "process"),
        "a desktop isolates Windows containers by a machine unless told otherwise",
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
