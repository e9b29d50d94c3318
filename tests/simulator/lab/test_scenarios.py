"""Whoever logs in after the plan of a shipped scenario finds its world there."""

import pytest

from simulator import InputError
from simulator.lab import Lab, open_lab, run_line
from tests.simulator.worlds import KEYS, fixture

pytestmark = pytest.mark.exhaustive

LINES = (
    "uname -a; hostname; uptime; nproc; free -m; df",
    "ps aux; ps -ef --forest; pstree -p; top -b -n 1",
    "lsns; cat /proc/self/status /proc/meminfo /proc/mounts /proc/1/cgroup",
    "ls -R /sys/fs/cgroup; ls -l /srv /usr/bin; mount; dmesg; journalctl -n 5",
    "docker ps -a; docker images; docker stats --no-stream; docker info",
    "virsh list --all; ip addr; ss -ltn; lsmod; lscpu; systemd-detect-virt",
    "for p in $(ps -o pid= -e); do readlink /proc/$p/ns/pid; done | sort | uniq -c",
    "help | head -5; echo $?",
)


def opened(key: str) -> Lab | None:
    found = fixture(key)
    try:
        return open_lab(found, next(iter(found.arms)), found.variant(0))
    except InputError:
        return None


@pytest.mark.parametrize("key", KEYS[::6])
def test_commands_work_in_every_world(key: str) -> None:
    here = opened(key)
    if here is None:
        return
    for line in LINES:
        answer = run_line(here, line)
        assert 0 <= answer.status <= 255
        assert "Traceback" not in answer.text
        assert here.consoles


def test_most_worlds_can_be_entered() -> None:
    sample = KEYS[::12]
    entered = [key for key in sample if opened(key) is not None]
    assert len(entered) * 2 > len(sample)
