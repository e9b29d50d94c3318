"""QEMU and a kernel: found or missing, started with a clock, never left behind."""

import os
import time
from pathlib import Path

import pytest

from simulator.live.qemu import machine
from simulator.live.qemu.kernel import GuestDeadError
from simulator.live.qemu.machine import Machine, Tools, booted, command, missing

READY = r"printf 'R\0\0\0\0\0\0\0\0'"


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for QEMU: a program that says that it is ready, and stays."""
    path = tmp_path / machine.QEMU
    path.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\n{READY}\nexec sleep 60\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return path


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def is_soon_gone(pid: int) -> bool:
    until = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_alive(pid)


def test_what_is_missing(
    tmp_path: Path, qemu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot"
    boot.mkdir()
    why = f"no kernel for a guest in {boot} (package linux-image-cloud-amd64)"
    assert missing(boot) == why
    for version in ("6.1.0-9", "6.1.0-56"):
        (boot / f"vmlinuz-{version}-cloud-amd64").touch()
    assert missing(boot) == ""
    found = machine.tools(boot)
    assert (found.qemu, found.release) == (str(qemu), "6.1.0-56-cloud-amd64")
    monkeypatch.setattr(os, "access", lambda path, _: path != found.kernel)
    assert missing(boot) == f"{found.kernel} may not be read"
    monkeypatch.setenv("PATH", "/nowhere")
    why = "qemu-system-x86_64 is not installed (package qemu-system-x86)"
    assert missing(boot) == why
    with pytest.raises(FileNotFoundError, match="is not installed"):
        machine.tools(boot)


def test_the_command() -> None:
    words = command(Tools("qemu", Path("/boot/k")), Path("/i"), Path("/c"), "kvm")
    assert words[:3] == ["qemu", "-M", "microvm,accel=kvm,acpi=off"]
    assert words[words.index("-initrd") + 1] == "/i"
    assert "file,id=console,path=/c" in words
    assert "on,elevateprivileges=deny,spawn=deny,resourcecontrol=deny" in words


def test_a_guest_gets_nothing_of_ours_and_not_much(
    tmp_path: Path, qemu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    look = (
        f"tr '\\0' '\\n' < /proc/$$/environ > {seen}\n"
        "grep -E 'NoNewPrivs|Max (core|file size|open)' /proc/$$/status "
        f"/proc/$$/limits >> {seen}\n"
    )
    qemu.write_text(f"#!/bin/sh\n{look}{READY}\nexec sleep 60\n")
    monkeypatch.setenv("TRAPFRAME_SECRET_KEY", "for nobody else")
    tools = Tools(str(qemu), tmp_path / "vmlinuz-1")
    with booted(tools, [], seconds=30) as guest:
        guest.kernel.wait_for_boot()
    words = [line.partition(":")[2].split() for line in seen.read_text().splitlines()]
    size = str(machine.CONSOLE_MIB << 20)
    assert words == [
        ["NoNewPrivs:", "1"],
        ["Max", "file", "size", size, size, "bytes"],
        ["Max", "core", "file", "size", "0", "0", "bytes"],
        ["Max", "open", "files", "256", "256", "files"],
    ]


def test_a_guest_ends_with_whoever_started_it(tmp_path: Path, qemu: Path) -> None:
    tools = Tools(str(qemu), tmp_path / "vmlinuz-1")
    with booted(tools, [], seconds=30) as guest:
        guest.kernel.wait_for_boot()
        pid = int((tmp_path / "pid").read_text())
        assert is_alive(pid)
        assert guest.panic == ""
        guest.console.write_text("[ 1.0] Kernel panic - not syncing: bug\n[ 1.1] end")
        assert guest.panic == "Kernel panic - not syncing: bug"
        console = guest.console
    assert is_soon_gone(pid)
    assert not console.exists()


def test_a_guest_dies_with_a_worker_that_is_killed(tmp_path: Path, qemu: Path) -> None:
    tools = Tools(str(qemu), tmp_path / "vmlinuz-1")
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        try:
            with booted(tools, [], seconds=30) as guest:
                guest.kernel.wait_for_boot()
                os.write(writing, b".")
                time.sleep(60)
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1) == b"."
    os.kill(worker, 9)
    os.waitpid(worker, 0)
    assert is_soon_gone(int((tmp_path / "pid").read_text()))


def test_a_guest_that_does_not_boot(tmp_path: Path, qemu: Path) -> None:
    qemu.write_text("#!/bin/sh\nexec sleep 60\n")
    began = time.monotonic()
    with (
        pytest.raises(GuestDeadError),
        booted(Tools(str(qemu), tmp_path / "k"), [], seconds=0.2) as guest,
    ):
        guest.kernel.wait_for_boot()
    assert time.monotonic() - began < 20


def test_who_is_asked_for_its_panic_has_a_console(tmp_path: Path) -> None:
    console = tmp_path / "console"
    console.write_bytes(b"\xff\n")
    assert Machine(None, console).panic == ""  # type: ignore[arg-type]
