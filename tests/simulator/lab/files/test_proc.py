import pytest

from simulator.lab.files.proc import CAPABILITY_NUMBERS
from simulator.subsystems.users import CAPABILITIES
from tests.simulator.lab.labs import answered, lab, rows, typed
from tests.simulator.worlds import BOOT


def test_status_tells_what_the_kernel_knows_of_a_process() -> None:
    assert typed(lab(), "cat /proc/1/status") == (
        "Name:\tinit\n"
        "Umask:\t0022\n"
        "State:\tS (sleeping)\n"
        "Tgid:\t1\n"
        "Pid:\t1\n"
        "PPid:\t0\n"
        "Uid:\t0\t0\t0\t0\n"
        "Gid:\t0\t0\t0\t0\n"
        "NSpid:\t1\n"
        "VmRSS:\t       0 kB\n"
        "Threads:\t1\n"
        "SigIgn:\t0000000000000000\n"
        "SigCgt:\t0000000000000000\n"
        "CapEff:\t000001ffffffffff\n"
    )


def test_self_is_the_process_that_asks() -> None:
    here = lab()
    assert typed(here, "cat /proc/self/comm /proc/self/cmdline") == (
        "cat\ncat\0/proc/self/comm\0/proc/self/cmdline"
    )
    assert rows(here, "grep State /proc/self/status") == [["State:", "R", "(running)"]]


def test_masks_have_a_bit_for_each_signal() -> None:
    here = lab()
    typed(here, "/srv/deaf &")
    ignored = typed(here, "grep SigIgn /proc/$!/status").split()[1]
    assert int(ignored, 16) == (1 << 1) | (1 << 14)


def test_every_capability_has_its_number() -> None:
    assert set(CAPABILITY_NUMBERS) == set(CAPABILITIES)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("cat /proc/version", "Linux version 5.10 (x86_64) #1 SMP\n"),
        ("cat /proc/loadavg", "0.00 0.00 0.00 1/3 3\n"),
        ("cat /proc/uptime | cut -d . -f 1", "37\n"),
        ("cat /proc/1/uid_map", "         0          0 4294967295\n"),
        ("cat /proc/1/gid_map", "         0          0 4294967295\n"),
        ("cat /proc/1/cgroup", "0::/\n"),
        ("cat /proc/mounts | head -1", "/dev/sda1 / ext4 rw,relatime 0 0\n"),
        ("head -2 /proc/meminfo | tail -1", "MemFree:        66779136 kB\n"),
        ("grep -c ^processor /proc/cpuinfo", "4\n"),
        ("grep -o 'vmx ept' /proc/cpuinfo | uniq", "vmx ept\n"),
        ("grep -c . /proc/filesystems", "7\n"),
        ("cat /proc/sys/kernel/osrelease", "5.10\n"),
        ("echo inside > /proc/sys/kernel/hostname; hostname", "inside\n"),
        (
            "cat /proc/self/ns/pid",
            "cat: /proc/self/ns/pid: No such file or directory\n",
        ),
        ("cat /proc/99/status", "cat: /proc/99/status: No such file or directory\n"),
        ("cat /proc/1/exe | wc -c", "0\n"),
    ],
)
def test_files_of_proc(line: str, text: str) -> None:
    shown = answered(lab(), line)[0]
    if line.endswith("wc -c"):
        assert shown.endswith(text)
    else:
        assert shown == text


@pytest.mark.parametrize(
    ("machine", "flags"),
    [
        ({}, ["vmx", "ept"]),
        ({"nested_paging": False}, ["vmx"]),
        ({"virtualization": False}, []),
    ],
)
def test_processors_show_what_helps_guests(
    machine: dict[str, bool], flags: list[str]
) -> None:
    here = lab(BOOT, {"machines": {"server": machine}})
    shown = rows(here, "grep flags /proc/cpuinfo")[0]
    assert shown[2:] == ["fpu", "tsc", "msr", "cx8", "sse2", *flags]
