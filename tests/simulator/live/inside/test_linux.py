"""System calls by way of the C library: what they do, and what they say."""

import os
import signal
import socket
import time
from errno import EINVAL, ENOENT, EPERM
from pathlib import Path
from typing import Any

import pytest

from simulator.live.inside import linux
from tests.simulator.live.inside.children import in_child

USER = linux.CLONE["user"]


def mapped() -> None:
    """Enter a user namespace as its root."""
    user, group = os.geteuid(), os.getegid()
    linux.unshare(USER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


@pytest.mark.parametrize("kind", ["cgroup", "ipc", "mnt", "net", "user", "uts"])
def test_a_namespace_can_be_left(kind: str) -> None:
    entry = Path(f"/proc/self/ns/{kind}")

    def leave() -> object:
        mapped()
        before = entry.readlink()
        linux.unshare(linux.CLONE[kind])
        return before != entry.readlink()

    assert in_child(leave) == {"gave": True}


def test_a_host_name_is_set_in_ones_own_namespace() -> None:
    def rename() -> object:
        mapped()
        linux.unshare(linux.CLONE["uts"])
        linux.set_hostname("elsewhere")
        return socket.gethostname()

    before = socket.gethostname()
    assert in_child(rename) == {"gave": "elsewhere"}
    assert socket.gethostname() == before


def test_a_child_in_namespaces_of_its_own_is_process_1() -> None:
    def clone() -> object:
        mapped()
        reading, writing = os.pipe()
        pid = linux.clone(linux.CLONE["pid"])
        if pid == 0:
            os.write(writing, str(os.getpid()).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        return [pid > 1, os.read(reading, 10).decode()]

    assert in_child(clone) == {"gave": [True, "1"]}


def test_namespaces_of_another_process_can_be_entered() -> None:
    def enter() -> object:
        mapped()
        linux.unshare(linux.CLONE["uts"])
        linux.set_hostname("first")
        first = os.open("/proc/self/ns/uts", os.O_RDONLY)
        linux.unshare(linux.CLONE["uts"])
        linux.set_hostname("second")
        linux.setns(first, linux.CLONE["uts"])
        return socket.gethostname()

    assert in_child(enter) == {"gave": "first"}


def test_a_root_can_be_entered_and_the_old_one_is_gone(tmp_path: Path) -> None:
    def enter() -> object:
        mapped()
        linux.unshare(linux.CLONE["mnt"])
        linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
        linux.mount("tmpfs", str(tmp_path), "tmpfs", linux.MS_NOSUID, "size=1m")
        (tmp_path / "here").mkdir()
        linux.enter_root(str(tmp_path))
        return sorted(path.name for path in Path("/").iterdir())

    assert in_child(enter) == {"gave": ["here"]}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "errno", "what"),
    [
        (("tmpfs", "/no/such/place", "tmpfs"), ENOENT, "mount tmpfs on /no/such/place"),
        (("none", "/proc", "no-such-kind"), 19, "mount no-such-kind on /proc"),
    ],
)
def test_an_error_says_what_was_tried(
    arguments: tuple[str, ...], errno: int, what: str
) -> None:
    def fail() -> object:
        mapped()
        linux.unshare(linux.CLONE["mnt"])
        return linux.mount(*arguments)

    told = in_child(fail)
    assert told["errno"] == errno
    assert what in told["said"]


def test_a_process_may_not_enter_what_is_no_namespace() -> None:
    def enter() -> Any:
        return linux.setns(os.open("/proc/self/stat", os.O_RDONLY), 0)

    assert in_child(enter)["errno"] == EINVAL


def test_capabilities_are_given_up_for_good() -> None:
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())

    def drop() -> object:
        mapped()
        linux.keep_capabilities((0, 5), last)
        lines = Path("/proc/self/status").read_text().splitlines()
        found = dict(line.split(":\t") for line in lines if line.startswith("Cap"))
        return [int(found[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")]

    assert in_child(drop) == {"gave": [33, 33, 33]}

    def rename() -> object:
        mapped()
        linux.unshare(linux.CLONE["uts"])
        linux.keep_capabilities((), last)
        return linux.set_hostname("elsewhere")

    assert in_child(rename)["errno"] == EPERM


def test_a_process_dies_with_its_parent() -> None:
    reading, writing = os.pipe()

    def leave_a_child() -> object:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            linux.die_with_parent(parent)
            os.write(writing, b".")
            time.sleep(60)
            os._exit(0)
        os.read(reading, 1)
        return pid

    orphan = in_child(leave_a_child)["gave"]
    os.close(writing)
    os.close(reading)
    deadline = time.monotonic() + 60
    while _lives(orphan) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _lives(orphan)


def _lives(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def test_whoever_has_another_parent_than_expected_ends_at_once() -> None:
    def expect_another() -> object:
        linux.die_with_parent(os.getpid())
        return "still here"

    assert in_child(expect_another) == {"code": 1}


def test_numbers_are_those_of_linux() -> None:
    assert linux.SIGKILL == signal.SIGKILL
    assert linux.SIGCHLD == signal.SIGCHLD
    assert len(set(linux.CLONE.values())) == len(linux.CLONE) == 8
