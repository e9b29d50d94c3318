"""What is known of this machine: the facts that belong to everything observed on it."""

import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from simulator.live.capabilities import Report
from simulator.live.cgroups import versions

_PROCESSOR = Path("/proc/cpuinfo")
_BACK_ENDS = {
    "none": "no /dev/kvm",
    "intel": "KVM on VT-x",
    "amd": "KVM on AMD-V",
    "pvm": "KVM without VT-x or AMD-V (PVM): a guest's kernel is interpreted",
    "unknown": "KVM on something unknown",
}


def host_facts(report: Report) -> dict[str, str]:
    """Return what tells this machine from others, in words."""
    return {
        "kernel": report.kernel,
        "architecture": report.arch,
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "virtualization": _BACK_ENDS[report.virtualization],
        "cgroups": _in_words(versions()),
        "user": "root" if report.user == 0 else "an ordinary user",
    }


def _processor() -> str:
    """Return the processor's name as the kernel has it, or the architecture's."""
    with suppress(OSError):
        for line in _PROCESSOR.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def _in_words(found: Mapping[str, int]) -> str:
    if not found:
        return "none"
    return ", ".join(f"{name} v{version}" for name, version in sorted(found.items()))
