"""Namespaces on networks without machines: what the tests of networks stand on."""

from dataclasses import dataclass

from simulator.subsystems.network.namespace import Network, NetworkNamespace


@dataclass
class Server:
    """Something that holds a socket until it ends."""

    alive: bool = True


class Stacks:
    """Two hosts on a LAN; containers on a bridge of the first."""

    def __init__(self, *, answers_names: bool = True) -> None:
        self.down: set[str] = set()
        self.lan = Network("lan", "10.0.0.", answers_names=True, routed=True)
        self.bridge = Network("shop", "172.18.0.", answers_names, routed=False)
        self.other = Network("other", "172.19.0.", answers_names, routed=False)
        self.host = self.namespace("host")
        self.laptop = self.namespace("laptop")
        for namespace in (self.host, self.laptop):
            self.lan.attach(namespace, "eth0", [namespace.name])
        self.bridge.attach(self.host, "br-shop")
        self.other.attach(self.host, "br-other")
        self.web = self.container("web", self.bridge)
        self.db = self.container("db", self.bridge)
        self.far = self.container("far", self.other)

    def namespace(self, name: str) -> NetworkNamespace:
        return NetworkNamespace(name, lambda: name not in self.down)

    def container(self, name: str, network: Network) -> NetworkNamespace:
        namespace = self.namespace(name)
        namespace.gateway = self.host
        network.attach(namespace, "eth0", [name])
        return namespace
