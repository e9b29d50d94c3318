"""Mechanisms of hypervisors and virtual machines."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "vm.devices": Mechanism(
        "emulated",
        ("emulated", "in-kernel", "passthrough"),
        "device access exits to the monitor, to the host's kernel, or goes direct",
    ),
    "vm.assist": Mechanism(
        "hardware",
        ("hardware", "translation", "emulation"),
        "guest code on the CPU, its kernel's code rewritten, or all interpreted",
    ),
    "vm.paging": Mechanism(
        "nested",
        ("nested", "shadow"),
        "the CPU walks the guest's and the host's page tables, or one shadow",
    ),
    "vm.backing": Mechanism(
        "small",
        ("small", "huge"),
        "the host backs a guest's memory with pages of 4 KiB, or of 2 MiB",
    ),
    "vm.migration": Mechanism(
        "pre-copy",
        ("pre-copy", "stop-and-copy"),
        "memory is sent while the guest runs, or while it stands still",
    ),
    "vm.generation_id": Mechanism(
        "told",
        ("told", "silent"),
        "a guest's kernel learns that it is a copy of a saved one, or does not",
    ),
    "vm.balloon": Mechanism(
        "deflates",
        ("deflates", "stays"),
        "a balloon gives pages back before its guest's OOM killer comes, or keeps them",
    ),
    "vm.free_pages": Mechanism(
        "kept",
        ("kept", "reported"),
        "the host keeps a frame that a guest has freed, or the guest reports it",
    ),
    "vm.escape": Mechanism(
        "closed",
        ("closed", "open"),
        "a guest has no way out of its machine, or a bug of a device model is one",
    ),
    "vm.nested": Mechanism(
        "masked",
        ("masked", "exposed"),
        "what a guest's processor shows of the virtualization extension",
    ),
    "vm.nested_exits": Mechanism(
        "shadowed",
        ("shadowed", "trapped"),
        "a nested hypervisor's control structure read in place, or by exits",
    ),
    "hyperv.root": Mechanism(
        "partition",
        ("partition", "bare"),
        "Windows with its hypervisor on is a partition of it, or keeps the CPU",
    ),
}
