"""What happens rarely: endings, limits and refusals that one meets by accident."""

import json

import pytest

from simulator.lab import open_lab
from tests.simulator.lab.labs import (
    BOOTED,
    TOOLS,
    answered,
    lab,
    process,
    rows,
    server,
    typed,
)
from tests.simulator.worlds import (
    ENGINE,
    box,
    install,
    mechanism,
    merged,
    power_on,
    scenario,
)


def test_a_container_knows_that_it_is_one() -> None:
    here = server()
    typed(here, "docker run -d --name web nginx")
    pid = process(here, "nginx").pid
    line = f"nsenter -t {pid} -p systemd-detect-virt"
    assert answered(here, line) == ("docker\n", 0)
    assert typed(here, f"nsenter -t {pid} -p systemd-detect-virt -c") == "docker\n"
    assert answered(here, f"nsenter -t {pid} -p reboot") == (
        "reboot: System has not been booted with systemd as init system.\n",
        1,
    )


def test_a_guest_can_be_switched_off_from_inside() -> None:
    here = server()
    typed(here, "virt-install --name vm1 --memory 1024 --osinfo debian")
    typed(here, "ssh vm1")
    text, _ = answered(here, "poweroff")
    assert text.endswith("Connection to vm1 closed.\n")
    assert typed(here, "hostname") == "server\n"
    assert "shut off" in typed(here, "virsh list --all")


def test_the_system_of_a_root_partition_switches_the_machine_off() -> None:
    dom0 = {"systems": {"linux": {"hypervisor": "bare", "features": ["hyper-v"]}}}
    here = lab((install("linux"), power_on()), dom0)
    typed(here, "poweroff")
    assert here.world.machines["server"].state == "off"


def test_stress_needs_numbers_for_its_children() -> None:
    here = server()
    typed(here, "mkdir /sys/fs/cgroup/t; echo 2 > /sys/fs/cgroup/t/pids.max")
    typed(here, "echo 0 > /sys/fs/cgroup/t/cgroup.procs")
    text, status = answered(here, "stress -c 2 -t 1")
    assert text.splitlines()[-1] == (
        "stress: fork failed: Resource temporarily unavailable"
    )
    assert status == 1


def test_a_limit_of_memory_shows_in_state_and_log() -> None:
    grow = {"does": [{"allocate": {"mib": 100}}]}
    world = {"programs": {"app": {**grow, "ram_mib": 10}}}
    here = lab(ENGINE, world)
    typed(here, "docker run -d -m 64m --name a app_image", "sleep 5")
    (found,) = json.loads(typed(here, "docker inspect a"))
    assert found["State"]["OOMKilled"]
    assert found["State"]["ExitCode"] == 137
    assert "Memory cgroup out of memory" in typed(here, "dmesg | tail -1")
    assert "Memory cgroup out of memory" in typed(here, "journalctl -k")


def test_a_container_that_waits_for_its_restart() -> None:
    here = server()
    typed(here, "docker run -d --name a --restart always alpine false", "sleep 30")
    assert "Restarting (1)" in typed(here, "docker ps -a")
    assert typed(here, "docker rm -f a") == "a\n"


def test_an_interactive_container_in_the_background_ends_when_killed() -> None:
    here = server()
    typed(here, "docker run -dit --rm --name a alpine", "docker kill a", "true")
    assert typed(here, "docker ps -aq") == ""


def test_exec_of_the_wrong_format() -> None:
    here = server()
    typed(here, "docker run -d --name web nginx")
    (container,) = here.world.places["web"]
    container.root.add(here.world.programs["arm"])  # type: ignore[union-attr]
    text, status = answered(here, "docker exec web /srv/app-arm64")
    assert text.endswith('exec: "/srv/app-arm64": exec format error: unknown\n')
    assert status == 126


def test_containers_without_groups_are_counted_by_their_processes() -> None:
    found = scenario((*ENGINE, box(1)), changes=[mechanism("container.limits", "off")])
    here = open_lab(found, "a", {})
    assert rows(here, "docker stats --no-stream")[1][3] == "100MiB"
    assert answered(here, "docker pause box-1")[1] == 1


def test_a_program_writes_to_the_terminal() -> None:
    says = {"programs": {"busy": {"does": [{"print": {"text": "hello"}}]}}}
    here = lab(BOOTED, merged(TOOLS, says))
    assert typed(here, "/srv/busy & sleep 1").endswith("hello\n")


def test_redirections_of_a_group_can_fail() -> None:
    assert answered(lab(), "{ echo a; } > /no/f") == (
        "bash: /no/f: No such file or directory\n",
        1,
    )


def test_a_refusing_interpreter_is_heard() -> None:
    here = lab()
    line = ":x:M::MZ::/usr/bin/bash:"
    typed(here, f"echo '{line}' > /proc/sys/fs/binfmt_misc/register")
    assert answered(here, "/srv/app.exe") == (
        "/srv/app.exe: not a format that this interpreter reads\n",
        1,
    )


def test_jobs_that_are_over_need_no_waiting() -> None:
    here = lab()
    assert answered(here, "/srv/busy & sleep 9; wait; echo $?")[0].endswith("3\n")
    assert answered(here, "/srv/busy & sleep 9; fg")[1] == 3


@pytest.mark.parametrize("line", ["a; }", "if a; then b }", "( a; b }"])
def test_wrong_ends_are_told(line: str) -> None:
    text, status = answered(lab(), line)
    assert (status, "syntax error" in text) == (2, True)
