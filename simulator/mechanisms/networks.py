"""Mechanisms of networks."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {
    "network.publish": Mechanism(
        "nat",
        ("nat", "proxy"),
        "a published port rewrites addresses, or a proxy takes the connection",
    ),
    "network.names": Mechanism(
        "user-defined",
        ("user-defined", "every", "none"),
        "which networks of containers have a name server",
    ),
    "network.ports": Mechanism(
        "exclusive",
        ("exclusive", "shared"),
        "one socket has a port of a namespace, or several may (SO_REUSEPORT)",
    ),
}
