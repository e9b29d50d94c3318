import pytest

from simulator.lab import Lab, prompt
from tests.simulator.lab.labs import answered, lab, rows, server, typed
from tests.simulator.worlds import BOOT, KVM, app_vm, install


@pytest.fixture
def guest() -> Lab:
    here = server()
    line = "virt-install --name vm1 --memory 1024 --osinfo debian --import"
    assert typed(here, line) == "Starting install...\nDomain creation completed.\n"
    return here


def test_a_machine_takes_a_whole_boot(guest: Lab) -> None:
    assert 60_000_000 < guest.engine.now < 120_000_000
    assert typed(guest, "virsh list") == (
        " Id   Name   State\n-----------------------\n 1    vm1    running\n\n"
    )


def test_inside_everything_is_the_guests_own(guest: Lab) -> None:
    typed(guest, "ssh vm1")
    assert prompt(guest) == "root@vm1:/# "
    assert typed(guest, "systemd-detect-virt; hostname") == "qemu\nvm1\n"
    assert typed(guest, "free -m").splitlines()[1].split()[1] == "1024"
    assert [row[0] for row in rows(guest, "ps -e -o comm=")] == ["init", "bash", "ps"]
    assert "Hypervisor vendor:       qemu" in typed(guest, "lscpu")
    assert "Chassis: vm" in typed(guest, "hostnamectl")
    assert "hypervisor" in typed(guest, "grep flags /proc/cpuinfo")
    assert answered(guest, "docker ps") == ("bash: docker: command not found\n", 127)
    assert answered(guest, "exit 3") == ("", 3)
    assert prompt(guest) == "root@server:/# "


def test_a_command_over_there(guest: Lab) -> None:
    assert typed(guest, "ssh root@vm1 'hostname; id -u'") == "vm1\n0\n"
    assert answered(guest, "ssh vm1 false") == ("", 1)
    typed(guest, "virsh console vm1")
    assert typed(guest, "hostname") == "vm1\n"


def test_what_crashes_in_a_guest_stays_there(guest: Lab) -> None:
    kernel = guest.world.places["vm1"][0].occupant  # type: ignore[union-attr]
    typed(guest, "ssh vm1")
    kernel.panic("a test", None)  # type: ignore[union-attr]
    text, _ = answered(guest, "ls")
    assert text == "Kernel panic - not syncing: a test\nConnection to vm1 closed.\n"
    assert prompt(guest) == "root@server:/# "
    assert rows(guest, "virsh list --all")[2] == ["-", "vm1", "crashed"]
    assert answered(guest, "ssh vm1")[0] == (
        "ssh: connect to host vm1 port 22: No route to host\n"
    )


def test_a_machine_that_is_off_can_be_started(guest: Lab) -> None:
    free = rows(guest, "free -m")[1][2]
    assert typed(guest, "virsh destroy vm1") == "Domain 'vm1' destroyed\n\n"
    assert int(rows(guest, "free -m")[1][2]) < int(free)
    assert rows(guest, "virsh list --all")[2] == ["-", "vm1", "shut", "off"]
    assert rows(guest, "virsh list")[2:] == [[]]
    assert answered(guest, "virsh destroy vm1")[0].splitlines()[0] == (
        "virsh: error: Failed to destroy domain 'vm1'"
    )
    assert answered(guest, "virsh console vm1")[1] == 1
    assert typed(guest, "virsh start vm1") == "Domain 'vm1' started\n\n"
    assert answered(guest, "virsh start vm1") == (
        "virsh: error: Domain is already active\n",
        1,
    )


def test_a_machine_that_hangs_can_be_reset(guest: Lab) -> None:
    kernel = guest.world.places["vm1"][0].occupant  # type: ignore[union-attr]
    kernel.panic("a test", None)  # type: ignore[union-attr]
    assert typed(guest, "virsh reset vm1") == "Domain 'vm1' was reset\n\n"
    typed(guest, "sleep 120")
    assert rows(guest, "virsh list")[2] == ["1", "vm1", "running"]
    typed(guest, "virsh destroy vm1")
    assert answered(guest, "virsh reset vm1")[0].splitlines() == [
        "virsh: error: Failed to reset domain 'vm1'",
        "error: Requested operation is not valid: domain is not running",
    ]


def test_a_guest_that_reboots_itself_is_soon_there_again(guest: Lab) -> None:
    typed(guest, "ssh vm1")
    text = "Restarting system\nConnection to vm1 closed.\n"
    assert answered(guest, "reboot")[0] == text
    typed(guest, "sleep 120")
    assert rows(guest, "virsh list")[2] == ["1", "vm1", "running"]
    assert " up 1 min," in typed(guest, "ssh vm1 uptime")


def test_dominfo_tells_memory(guest: Lab) -> None:
    shown = dict(
        line.split(":") for line in typed(guest, "virsh dominfo vm1").splitlines()
    )
    assert shown["Max memory"].strip() == "1048576 KiB"
    assert shown["State"].strip() == "running"


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("virsh", "virsh: error: unknown command: ''\n", 1),
        ("virsh frob", "virsh: error: unknown command: 'frob'\n", 1),
        ("virsh start", "virsh: error: command requires <domain> option\n", 1),
        ("virsh start no", "virsh: error: failed to get domain 'no'\n", 1),
        (
            "virt-install --name a",
            (
                "virt-install: ERROR    --name, --memory MIB and --osinfo are needed;"
                " known: debian\n"
            ),
            1,
        ),
        ("ssh", "ssh: usage: ssh destination [command]\n", 255),
        (
            "ssh no",
            "ssh: Could not resolve hostname no: Name or service not known\n",
            255,
        ),
        ("ssh server hostname", "server\n", 0),
    ],
)
def test_words_and_what_is_wrong(line: str, text: str, status: int) -> None:
    assert answered(server(), line) == (text, status)


def test_names_are_given_once_and_memory_is_what_there_is(guest: Lab) -> None:
    line = "virt-install --osinfo debian --name"
    assert answered(guest, f"{line} vm1") == (
        "virt-install: ERROR    Guest name 'vm1' is already in use.\n",
        1,
    )


def test_without_the_extension_there_is_no_machine() -> None:
    small = {"machines": {"server": {"virtualization": False}}}
    here = lab(KVM, small)
    text, status = answered(here, "virt-install --name a --osinfo linux")
    assert status == 1
    assert text.splitlines()[1] == "virt-install: error: Failed to start domain 'a'"


def test_without_a_hypervisor_nobody_answers() -> None:
    here = lab(BOOT)
    assert answered(here, "virsh list") == ("bash: virsh: command not found\n", 127)
    here = lab((*BOOT, install("kvm"), app_vm(2)))
    assert [row[1] for row in rows(here, "virsh list")[2:4]] == ["guest-1", "guest-2"]
    here.world.installed["kvm"].state = "off"
    assert answered(here, "virsh list") == (
        "virsh: error: failed to connect to the hypervisor\n",
        1,
    )
