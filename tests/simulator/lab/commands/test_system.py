import pytest

from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import answered, lab, process, typed, view
from tests.simulator.worlds import BOOT, app_vm, install


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("uname", "Linux\n", 0),
        ("uname -r", "5.10\n", 0),
        ("uname -sm", "Linux x86_64\n", 0),
        ("uname -a", "Linux server 5.10 #1 SMP x86_64 GNU/Linux\n", 0),
        ("uname -x", "uname: invalid option -- 'x'\n", 2),
        ("hostname", "server\n", 0),
        ("hostname other; hostname; cat /etc/hostname", "other\nother\n", 0),
        ("whoami", "root\n", 0),
        ("id", "uid=0(root) gid=0(root) groups=0(root)\n", 0),
        ("id -u", "0\n", 0),
        ("id -un", "root\n", 0),
        ("date", "Mon Jan  5 08:00:45 UTC 2026\n", 0),
        ("date +%s", "1767600045\n", 0),
        ("date +%H:%M", "08:00\n", 0),
        ("uptime", " 08:00:45 up 0 min,  1 user\n", 0),
        ("uptime -p", "up 0 minutes\n", 0),
        ("sleep 90; uptime -p", "up 2 minutes\n", 0),
        ("sleep 2h; uptime", " 10:00:45 up  2:00,  1 user\n", 0),
        ("sleep 25h; uptime", " 09:00:45 up 1 day,  1:00,  1 user\n", 0),
        ("sleep 3d; uptime", " 08:00:45 up 3 days, 0 min,  1 user\n", 0),
        ("sleep 61m; uptime -p", "up 1 hour, 1 minute\n", 0),
        ("nproc", "4\n", 0),
        ("systemd-detect-virt", "none\n", 1),
        ("systemd-detect-virt -v", "none\n", 1),
        ("systemd-detect-virt -c", "none\n", 1),
        ("systemd-detect-virt -q", "", 1),
        ("journalctl", "-- No entries --\n", 0),
        ("env A=1 printenv | grep A", "A=1\n", 0),
        ("env | grep HOME", "HOME=/root\n", 0),
        ("env sh -c 'echo x'", "x\n", 0),
        ("printenv HOME", "/root\n", 0),
        ("printenv NO", "", 1),
        ("lsmod", "Module                  Size  Used by\n", 0),
    ],
)
def test_the_system_says(line: str, text: str, status: int) -> None:
    shown, got = answered(lab(), line)
    if "grep A" in line:
        shown = shown.splitlines(keepends=True)[0]
    assert (shown, got) == (text, status)


def test_lscpu_describes_the_processors() -> None:
    assert typed(lab(), "lscpu") == (
        "Architecture:            x86_64\n"
        "CPU(s):                  4\n"
        "On-line CPU(s) list:     0-3\n"
        "Virtualization:          VT-x\n"
    )


def test_hostnamectl_describes_the_host() -> None:
    assert typed(lab(), "hostnamectl") == (
        " Static hostname: server\n"
        "         Chassis: server\n"
        "Operating System: linux\n"
        "          Kernel: Linux 5.10\n"
        "    Architecture: x86-64\n"
    )


def test_dmesg_tells_the_boot_by_its_stages() -> None:
    lines = typed(lab(), "dmesg").splitlines()
    assert [line.partition("] ")[2] for line in lines] == [
        "boot_loader: 0 KiB in use",
        "Linux version 5.10 (x86_64)",
        "drivers: 40960 KiB in use",
        "init: 0 KiB in use",
        "services: 204800 KiB in use",
    ]
    assert lines[0].startswith("[    0.000000]")
    assert lines[-1].startswith("[   37.")


def test_dmesg_and_hostname_are_for_those_who_may() -> None:
    here = lab()
    user = Credentials(1000, view(here).namespaces.user, frozenset())
    here.console.process.credentials = user
    assert answered(here, "dmesg") == (
        "dmesg: read kernel buffer failed: Operation not permitted\n",
        1,
    )
    assert answered(here, "hostname x") == (
        "hostname: you must be root to change the host name\n",
        1,
    )
    assert answered(here, "reboot") == ("reboot: Operation not permitted\n", 1)
    assert typed(here, "id -u; whoami") == "1000\nuser\n"


def test_the_journal_has_what_services_report() -> None:
    small = {"machines": {"server": {"virtualization": False}}}
    here = lab((*BOOT, install("kvm"), app_vm(2)), small)
    full = typed(here, "journalctl").splitlines()
    assert len(full) == 2
    assert full[0].startswith("Jan 05 08:00:45 server kvm: ")
    assert typed(here, "journalctl -u kvm -n 1").splitlines() == full[-1:]
    assert typed(here, "journalctl -u other") == "-- No entries --\n"
    assert typed(here, "journalctl -k") == "-- No entries --\n"


def test_a_module_is_loaded_for_each_service() -> None:
    here = lab((*BOOT, install("kvm"), install("docker"), app_vm(2, ram_mib=512)))
    assert typed(here, "lsmod") == (
        "Module                  Size  Used by\n"
        "kvm                   151552  2\n"
        "overlay               151552  0\n"
    )


def test_poweroff_is_the_end_and_reboot_a_new_beginning() -> None:
    here = lab()
    assert answered(here, "poweroff") == (
        "Power down\nConnection to server closed.\n",
        255,
    )
    assert here.world.machines["server"].state == "off"
    here = lab()
    assert (
        answered(here, "reboot")[0]
        == "Restarting system\nConnection to server closed.\n"
    )
    while here.engine.step():
        continue
    kernel = here.world.machines["server"].kernel
    assert kernel is not None
    assert kernel.state == "running"


def test_a_panic_is_told_on_the_console() -> None:
    here = lab()
    init = process(here, "init")
    typed(here, "sleep 1")
    init.kernel.end(init, signal="SIGKILL", cause=None)
    assert answered(here, "ls") == (
        (
            "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n"
            "Connection to server closed.\n"
        ),
        255,
    )
