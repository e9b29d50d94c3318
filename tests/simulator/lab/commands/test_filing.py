import pytest

from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import answered, lab, rows, typed, view


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("ls /srv | head -3", "app\napp.exe\narm\n", 0),
        ("ls -d /srv", "/srv\n", 0),
        ("ls /srv/app", "/srv/app\n", 0),
        ("ls /no", "ls: cannot access '/no': No such file or directory\n", 2),
        ("ls -l /srv/app", "-rwxr-xr-x 1 root root 10485760 /srv/app\n", 0),
        ("ls -l /srv/plain", "-rw-r--r-- 1 root root     1024 /srv/plain\n", 0),
        ("ls -l /proc/uptime", "-r--r--r-- 1 root root        0 /proc/uptime\n", 0),
        (
            "ls -l /proc/sys/kernel/hostname",
            "-rw-r--r-- 1 root root        0 /proc/sys/kernel/hostname\n",
            0,
        ),
        ("ls -ld /proc", "dr-xr-xr-x 1 root root        0 /proc\n", 0),
        ("ls -ld /srv", "drwxr-xr-x 1 root root        0 /srv\n", 0),
        (
            "ls -l /proc/1/exe",
            "lrwxrwxrwx 1 root root        0 /proc/1/exe -> /sbin/init\n",
            0,
        ),
        ("ls /proc/1/ns/pid", "/proc/1/ns/pid\n", 0),
        ("echo hi > /tmp/f; ls -l /tmp", "-rw-r--r-- 1 root root        3 f\n", 0),
        ("touch /tmp/.h; ls /tmp", "", 0),
        ("touch /tmp/.h; ls -a /tmp", ".h\n", 0),
        ("ls /home /mnt", "/home:\n\n/mnt:\n", 0),
        (
            "file /srv/app",
            (
                "/srv/app: ELF 64-bit LSB executable, x86-64, version 1 (SYSV),"
                " dynamically linked\n"
            ),
            0,
        ),
        (
            "file /srv/arm",
            (
                "/srv/arm: ELF 64-bit LSB executable, ARM aarch64, version 1 (SYSV),"
                " dynamically linked\n"
            ),
            0,
        ),
        (
            "file /srv/app.exe",
            "/srv/app.exe: PE32+ executable (console) x86-64, for MS Windows\n",
            0,
        ),
        (
            "file /srv/notes",
            "/srv/notes: /bin/none script, ASCII text executable\n",
            0,
        ),
        ("file /etc/hostname", "/etc/hostname: ASCII text\n", 0),
        ("file /srv", "/srv: directory\n", 0),
        ("file /no", "/no: cannot open `/no' (No such file or directory)\n", 0),
        ("readlink /proc/1/ns/pid", "pid:[4026531836]\n", 0),
        ("readlink /srv", "", 1),
        ("readlink /no", "", 1),
        ("chmod +x /srv/plain; ls -l /srv/plain | cut -c 1-10", "-rwxr-xr-x\n", 0),
        ("chmod 755 /srv/plain; ls -l /srv/plain | cut -c 1-10", "-rwxr-xr-x\n", 0),
        ("chmod -x /srv/app; /srv/app", "bash: /srv/app: Permission denied\n", 126),
        ("chmod 644 /srv/app; /srv/app", "bash: /srv/app: Permission denied\n", 126),
        ("chmod +x", "chmod: missing operand\n", 1),
        ("chmod q /srv/app", "chmod: invalid mode: 'q'\n", 1),
        ("chmod +x /no", "chmod: cannot access '/no': No such file or directory\n", 1),
        ("touch /tmp/f; chmod +x /tmp/f", "", 0),
        ("rm /srv/app; ls /srv | head -1", "app.exe\n", 0),
        ("rm /no", "rm: cannot remove '/no': No such file or directory\n", 1),
        ("rm -f /no", "", 0),
        ("rm /srv", "rm: cannot remove '/srv': Is a directory\n", 1),
        (
            "rm /proc/uptime",
            "rm: cannot remove '/proc/uptime': Operation not permitted\n",
            1,
        ),
        ("touch /tmp/f; rm /tmp/f; ls /tmp", "", 0),
        ("touch /no/f", "touch: cannot touch '/no/f': No such file or directory\n", 1),
        ("echo a > /tmp/f; touch /tmp/f; cat /tmp/f", "a\n", 0),
        ("cp /srv/busy /tmp; /tmp/busy", "", 3),
        ("cp /etc/hostname /tmp/h; cat /tmp/h", "server\n", 0),
        ("mv /srv/busy /tmp/b; ls /srv/busy", "ls: cannot access '/srv/busy':", 2),
        ("cp", "cp: missing file operand\n", 1),
        ("cp a b c", "cp: extra operand\n", 1),
        ("cp a b", "cp: cannot stat 'a': No such file or directory\n", 1),
        ("which ls", "/usr/bin/ls\n", 0),
        ("which no", "", 1),
        ("mount | head -1", "/dev/sda1 on / type ext4 (rw,relatime)\n", 0),
        ("mount /dev/x /mnt; mount | tail -1", "tmpfs on /mnt type tmpfs (rw)\n", 0),
        ("mount x", "mount: bad usage\n", 1),
    ],
)
def test_files_are_like_this(line: str, text: str, status: int) -> None:
    shown, got = answered(lab(), line)
    assert (shown[: len(text)] if status == 2 else shown, got) == (text, status)


def test_numbers_are_listed_as_numbers() -> None:
    here = lab()
    typed(here, "for i in 1 2 3 4 5 6 7 8 9; do ls; done")
    names = [row[0] for row in rows(here, "ls /proc")]
    assert names[:3] == ["1", "2", "12"]
    assert "uptime" in names


def test_a_link_to_nothing_is_listed_as_itself() -> None:
    here = lab()
    typed(here, "cp /srv/busy /tmp; /srv/server &")
    pid = typed(here, "echo $!").strip()
    typed(here, "rm /srv/server")
    assert typed(here, f"ls /proc/{pid}/exe") == f"/proc/{pid}/exe\n"


def test_only_those_may_mount_who_have_the_right() -> None:
    here = lab()
    user = Credentials(1000, view(here).namespaces.user, frozenset())
    here.console.process.credentials = user
    assert answered(here, "mount /dev/x /mnt") == ("mount: permission denied.\n", 32)
