"""Starting machines: what they get of the host's disk."""

from simulator import Run
from tests.simulator.worlds import BOOT, app_vm, events, install, run

MIB = 1 << 20


def logged(*, disk_mib: int | None, host_mib: int = 4000) -> Run:
    """A guest whose program writes 300 MiB ten times."""
    write = {"path": "/var/log/all", "bytes": 300 * MIB, "mode": "append"}
    steps = [{"repeat": {"times": 10, "steps": [{"write_file": write}]}}]
    world = {
        "machines": {"server": {"disk_mib": host_mib}},
        "programs": {"app": {"does": steps}},
    }
    more = {} if disk_mib is None else {"disk_mib": disk_mib}
    plan = [*BOOT, install("kvm"), app_vm(**more), {"wait": {"seconds": 60}}]
    return run(plan, world=world)


def outcomes(done: Run) -> list[str]:
    return [e.outcome for e in events(done, "write_file", target="/var/log/all")]


def test_a_disk_of_its_own_size_is_full_by_itself() -> None:
    done = logged(disk_mib=1000)
    assert outcomes(done) == ["ok"] * 3 + ["failed"] * 7
    refused = events(done, "write_file", outcome="failed")[0]
    assert (refused.actor, refused.detail["errno_name"]) == ("linux-2", "ENOSPC")


def test_a_disk_that_grows_is_full_when_the_hosts_is() -> None:
    assert outcomes(logged(disk_mib=None)) == ["ok"] * 10
    assert outcomes(logged(disk_mib=None, host_mib=1000)) == ["ok"] * 3 + ["failed"] * 7
    assert outcomes(logged(disk_mib=3000, host_mib=1000)) == ["ok"] * 3 + ["failed"] * 7


def test_writes_of_a_guest_take_the_time_of_the_hosts_disk() -> None:
    done = logged(disk_mib=None)
    first, second = events(done, "write_file", target="/var/log/all")[:2]
    assert second.time - first.time == 600_000
    assert done.metrics["device_kib"]["server"] == 10 * 300 * 1024
