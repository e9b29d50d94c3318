"""Experiments with image builds."""

from typing import Any

from simulator.experiments.worlds import ENGINE, carried_out

MIB = 1024
SIZE = 20
"""MiB that are read or unpacked: enough for whole microseconds not to matter."""
_BUILD = {
    "build": {"name": "image", "on": "server", "dockerfile": "file", "tag": "image:1"}
}


def package_unpack() -> int:
    """Processor time of an installation for each MiB that is installed."""
    return (_cpu_us(installed_mib=SIZE) - _cpu_us()) // SIZE


def index_read() -> int:
    """Processor time of an update for each MiB of the lists."""
    return (_cpu_us(index_mib=SIZE) - _cpu_us()) // SIZE


def _cpu_us(index_mib: int = 0, installed_mib: int = 0) -> int:
    """Return what a build that updates and installs uses of the processor."""
    package = {"name": "package", "installed_kib": installed_mib * MIB}
    archive = {
        "manager": "apt",
        "host": "archive.example.org",
        "index_kib": index_mib * MIB,
        "packages": [package],
    }
    lines = ["FROM base", "RUN apt-get update && apt-get install -y package"]
    parts: dict[str, dict[str, Any]] = {
        "images": {"base": {"size_mib": 10, "userland": "debian"}},
        "archives": {"archive": archive},
        "dockerfiles": {"file": {"text": lines}},
    }
    used: int = carried_out([*ENGINE, _BUILD], parts).metrics["cpu_us"]["server"]
    return used


EXPERIMENTS = {"package_unpack": package_unpack, "index_read": index_read}
