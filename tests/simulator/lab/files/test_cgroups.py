import pytest

from simulator.lab import Lab
from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import answered, process, rows, server, typed, view

TEST = "/sys/fs/cgroup/test"


@pytest.fixture
def here() -> Lab:
    lab = server()
    typed(lab, f"mkdir {TEST}")
    return lab


def test_a_new_group_has_no_limits(here: Lab) -> None:
    names = "cpu.max cpu.weight memory.max memory.high memory.swap.max pids.max"
    line = " ".join(f"{TEST}/{name}" for name in names.split())
    assert typed(here, f"cat {line}") == "max 100000\n100\nmax\nmax\nmax\nmax\n"
    assert typed(here, f"cat {TEST}/cgroup.freeze {TEST}/memory.oom.group") == "0\n0\n"
    assert typed(here, f"cat {TEST}/memory.current {TEST}/pids.current") == "0\n0\n"
    assert typed(here, f"cat {TEST}/memory.events") == (
        "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"
    )
    assert typed(here, f"cat {TEST}/cgroup.controllers") == "cpu io memory pids\n"
    assert "test" in typed(here, "ls /sys/fs/cgroup").split()


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        ("memory.max", "64M", "67108864"),
        ("memory.max", "67108864", "67108864"),
        ("memory.high", "1G", "1073741824"),
        ("memory.high", "512k", "524288"),
        ("memory.swap.max", "0", "0"),
        ("memory.max", "max", "max"),
        ("cpu.max", "50000", "50000 100000"),
        ("cpu.max", "20000 50000", "20000 50000"),
        ("cpu.max", "max", "max 100000"),
        ("cpu.weight", "10", "10"),
        ("pids.max", "7", "7"),
        ("pids.max", "max", "max"),
        ("memory.oom.group", "1", "1"),
        ("cgroup.freeze", "1", "1"),
    ],
)
def test_limits_are_written(here: Lab, name: str, written: str, shown: str) -> None:
    assert answered(here, f"echo {written} > {TEST}/{name}") == ("", 0)
    assert typed(here, f"cat {TEST}/{name}") == f"{shown}\n"


@pytest.mark.parametrize(
    ("name", "written", "text"),
    [
        ("memory.max", "much", "write error: Invalid argument"),
        ("cpu.max", "x", "write error: Invalid argument"),
        ("cpu.max", "100", "write error: Invalid argument"),
        ("cpu.max", "50000 x", "write error: Invalid argument"),
        ("cpu.weight", "0", "write error: Invalid argument"),
        ("cpu.weight", "x", "write error: Invalid argument"),
        ("pids.max", "-1", "write error: Invalid argument"),
        ("memory.oom.group", "2", "write error: Invalid argument"),
        ("cgroup.freeze", "x", "write error: Invalid argument"),
        ("cgroup.procs", "99999", "write error: No such process"),
        ("cgroup.procs", "x", "write error: Invalid argument"),
        ("memory.current", "1", f"{TEST}/memory.current: Permission denied"),
    ],
)
def test_what_a_file_does_not_take(
    here: Lab, name: str, written: str, text: str
) -> None:
    assert answered(here, f"echo {written} > {TEST}/{name}") == (f"bash: {text}\n", 1)


def test_a_process_is_moved_with_its_memory(here: Lab) -> None:
    typed(here, "/srv/app &")
    pid = process(here, "app").pid
    typed(here, f"echo {pid} > {TEST}/cgroup.procs")
    assert typed(here, f"cat {TEST}/cgroup.procs {TEST}/pids.current") == f"{pid}\n1\n"
    assert typed(here, f"cat {TEST}/memory.current") == f"{40 * 1024 * 1024}\n"
    assert typed(here, f"cat /proc/{pid}/cgroup") == "0::/test\n"
    typed(here, f"echo {pid} > /sys/fs/cgroup/cgroup.procs")
    assert typed(here, f"cat {TEST}/memory.current {TEST}/pids.current") == "0\n0\n"
    typed(here, f"kill -9 {pid}")
    assert typed(here, f"cat {TEST}/memory.peak") == f"{40 * 1024 * 1024}\n"


def test_a_shell_moves_itself_and_what_it_starts(here: Lab) -> None:
    typed(here, f"echo 0 > {TEST}/cgroup.procs")
    assert typed(here, "cat /proc/self/cgroup") == "0::/test\n"
    typed(here, f"echo 50000 > {TEST}/cpu.max")
    assert typed(here, "stress -c 1 -t 2").splitlines()[-1].endswith("in 4.00s")
    assert rows(here, f"grep throttled_us {TEST}/cpu.stat") == [
        ["throttled_us", "2000000"]
    ]
    typed(here, f"echo 3 > {TEST}/pids.max")
    assert answered(here, "ls | ls | ls > /tmp/f")[0] == (
        "bash: fork: retry: Resource temporarily unavailable\n"
    )
    assert typed(here, f"cat {TEST}/pids.events") == "max 1\n"
    assert "fork rejected by pids controller in /test" in typed(here, "dmesg | tail -1")


def test_frozen_processes_stand_still(here: Lab) -> None:
    typed(here, "stress -c 1 -t 2 & sleep 1")
    for child in [process(here, "stress"), *process(here, "stress").children]:
        typed(here, f"echo {child.pid} > {TEST}/cgroup.procs")
    typed(here, f"echo 1 > {TEST}/cgroup.freeze; sleep 50")
    assert process(here, "stress").alive
    typed(here, f"echo 0 > {TEST}/cgroup.freeze; sleep 5")
    assert typed(here, "pgrep stress") == ""


def test_a_container_sees_its_own_group_as_the_root(here: Lab) -> None:
    typed(here, "docker run -d -m 64m --name web nginx")
    pid = process(here, "nginx").pid
    assert typed(here, f"cat /proc/{pid}/cgroup") == "0::/web\n"
    assert typed(here, "docker exec web cat /proc/1/cgroup") == "0::/\n"
    assert typed(here, "docker exec web cat /sys/fs/cgroup/memory.max") == "67108864\n"
    assert typed(
        here, "docker exec web sh -c 'echo max > /sys/fs/cgroup/memory.max'"
    ) == ("sh: write error: Permission denied\n")


def test_only_those_make_groups_who_have_the_right(here: Lab) -> None:
    assert answered(here, f"mkdir {TEST}") == (
        f"mkdir: cannot create directory '{TEST}': File exists\n",
        1,
    )
    assert answered(here, "mkdir /srv/x") == (
        "mkdir: cannot create directory '/srv/x': Permission denied\n",
        1,
    )
    user = Credentials(1000, view(here).namespaces.user, frozenset())
    here.console.process.credentials = user
    assert answered(here, f"mkdir {TEST}/below")[1] == 1
    assert answered(here, f"echo 5 > {TEST}/pids.max")[1] == 1
