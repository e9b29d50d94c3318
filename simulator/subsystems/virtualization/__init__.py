"""Hypervisors of both types, CPU emulators, and the virtual machines they run.

What differs is where they stand and what a guest's operation goes through:

- type 1 stands on the platform itself; an exit is handled there;
- type 2 is a process of a host kernel; an exit for a device goes on to its
  user-space part, which asks the host kernel and takes its turn in its scheduler;
- an emulator is a process too; guest code never runs on the processor as it is.
"""

from simulator.subsystems.virtualization.guest import boot_guest, reset
from simulator.subsystems.virtualization.hypervisor import Hypervisor
from simulator.subsystems.virtualization.machine import VirtualMachine
from simulator.subsystems.virtualization.models import HypervisorModel

__all__ = ["Hypervisor", "HypervisorModel", "VirtualMachine", "boot_guest", "reset"]
