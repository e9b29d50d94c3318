"""What a server of a cloud has left to give: processors and memory."""

from collections.abc import Container
from dataclasses import dataclass, field

NOWHERE: Container[int] = frozenset()
"""Places in the warehouse to keep away from: none."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a virtual machine is sold with, or what a server has."""

    vcpus: int
    ram_kib: int

    def __str__(self) -> str:
        return f"{self.vcpus} vCPUs and {self.ram_kib} KiB"


@dataclass(slots=True, eq=False)
class Slot:
    """The books of one server: what is promised of it to which virtual machine."""

    index: int
    """Its place in the warehouse; equal servers are taken in this order."""
    name: str
    free_vcpus: int
    free_ram_kib: int
    is_up: bool = True
    promised: dict[str, Size] = field(default_factory=dict)
    """Per virtual machine: what it was sold."""

    def fits(self, size: Size) -> bool:
        """Tell whether so much is left; nothing is on a server that is down."""
        return (
            self.is_up
            and size.vcpus <= self.free_vcpus
            and size.ram_kib <= self.free_ram_kib
        )

    def take(self, name: str, size: Size) -> None:
        """Write down what is promised to a machine."""
        self.promised[name] = size
        self.free_vcpus -= size.vcpus
        self.free_ram_kib -= size.ram_kib

    def give_back(self, name: str) -> Size:
        """Strike a machine out; return what it had."""
        size = self.promised.pop(name)
        self.free_vcpus += size.vcpus
        self.free_ram_kib += size.ram_kib
        return size
