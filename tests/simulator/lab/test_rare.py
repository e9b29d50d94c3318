"""Branches that a session meets rarely, each as somebody would come there."""

import pytest

from simulator.lab import Lab
from simulator.lab.session import prompt
from simulator.subsystems.virtualization import VirtualMachine
from tests.simulator.lab.labs import answered, lab, process, rows, server, typed
from tests.simulator.worlds import ENGINE, KVM, app_vm, box


@pytest.fixture
def guest() -> Lab:
    here = server()
    typed(here, "virt-install --name vm1 --memory 512 --osinfo debian")
    typed(here, "virt-install --name vm2 --memory 512 --osinfo debian")
    return here


def test_two_guests_have_names_of_their_own(guest: Lab) -> None:
    assert [row[:2] for row in rows(guest, "virsh list")[2:4]] == [
        ["1", "vm1"],
        ["2", "vm2"],
    ]
    assert typed(guest, "virsh dominfo vm2").splitlines()[0].split() == ["Name:", "vm2"]
    assert typed(guest, "ssh vm2 hostname") == "vm2\n"


def test_a_guest_without_memory_for_a_shell_refuses_the_visit(guest: Lab) -> None:
    (machine,) = guest.world.places["vm1"]
    assert isinstance(machine, VirtualMachine)
    assert machine.occupant is not None
    machine.occupant.root.files.pop("/usr/bin/bash", None)
    guest.furnished[machine.occupant.name] = {"/usr/bin/bash"}
    assert answered(guest, "ssh vm1") == (
        "ssh: Connection closed by remote host\n",
        255,
    )


def test_a_guest_that_never_booted_cannot_be_started_again() -> None:
    here = lab((*KVM, app_vm(1)))
    (machine,) = here.world.places["guest"]
    assert isinstance(machine, VirtualMachine)
    typed(here, "virsh destroy guest-1")
    machine.occupant = None
    assert answered(here, "virsh start guest-1") == (
        "virsh: error: No bootable device\n",
        1,
    )


def test_a_disk_that_is_full_refuses_an_image() -> None:
    here = lab(ENGINE, {"machines": {"server": {"disk_mib": 100}}})
    text, status = answered(here, "docker run app_image")
    assert status == 125
    assert "No space left on device" in text


def test_a_port_that_is_taken_leaves_nothing_behind() -> None:
    here = server()
    typed(here, "docker run -d --name a -p 80:80 nginx")
    text, status = answered(here, "docker run -d --name b -p 80:80 nginx")
    assert (status, "port is already allocated" in text) == (125, True)
    assert [row[-1] for row in rows(here, "docker ps -a")] == ["NAMES", "b", "a"]
    assert answered(here, "docker run -d --rm --name c -p 80:80 nginx")[1] == 125
    assert [row[-1] for row in rows(here, "docker ps -a")] == ["NAMES", "b", "a"]
    assert typed(here, "docker rm b") == "b\n"


def test_containers_of_a_plan_can_be_restarted() -> None:
    here = lab((*ENGINE, box(1)))
    before = process(here, "app")
    assert typed(here, "docker restart box-1") == "box-1\n"
    after = process(here, "app")
    assert (before.alive, after.alive) == (False, True)
    assert typed(here, "docker ps -q | wc -l") == "1\n"


def test_a_container_that_never_ran_is_removed_by_force() -> None:
    here = server()
    typed(here, "docker run --name bad alpine nothing")
    assert answered(here, "docker rm -f bad") == ("bad\n", 0)
    assert typed(here, "docker ps -aq") == ""


def test_a_dead_engine_is_skipped_for_one_that_answers() -> None:
    here = lab(ENGINE)
    here.world.installed["docker"].state = "dead"
    assert answered(here, "docker ps")[1] == 1


def test_children_of_others_are_no_part_of_a_forest() -> None:
    here = lab()
    typed(here, "/srv/parent & sleep 1")
    pid = process(here, "parent").pid
    assert typed(here, f"ps -o pid= --forest -p {pid}").split() == [str(pid)]


def test_a_file_that_cannot_be_changed_says_why() -> None:
    here = server()
    typed(here, "docker run -d --read-only --name web nginx")
    assert answered(here, "docker exec web rm /usr/sbin/nginx") == (
        "rm: cannot remove '/usr/sbin/nginx': Read-only file system\n",
        1,
    )


def test_a_mount_hides_what_was_there() -> None:
    here = server()
    typed(here, "docker run -it --name box -v empty:/usr/sbin debian")
    typed(here, "echo x > /usr/sbin/y")
    assert typed(here, "ls /usr/sbin") == "y\n"
    assert prompt(here).startswith("root@")


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("for i in a; do b; }", "}"),
        ("while a; do b; fi", "fi"),
        ("if a; then b; do c; fi", "do"),
        ("{ a; done", "done"),
    ],
)
def test_the_wrong_end_of_a_list(line: str, token: str) -> None:
    assert answered(lab(), line) == (
        f"bash: syntax error near unexpected token `{token}'\n",
        2,
    )


def test_ping_without_an_answer_times_out() -> None:
    here = server()
    typed(here, "docker run -d --name web nginx", "docker pull -q alpine")
    text, status = answered(here, "docker run --rm alpine ping -c 1 10.9.9.9")
    assert (status, "Request timed out" in text) == (1, True)
