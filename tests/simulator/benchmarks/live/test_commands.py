"""What starts the same program or the same guest in other tools."""

import json
import subprocess
from pathlib import Path

import pytest

from simulator.benchmarks.live.commands import (
    BWRAP,
    CRUN,
    FORK,
    QEMU,
    container_commands,
    machine_commands,
    missing,
)
from simulator.live.vm.guest import guest
from simulator.live.vm.rom import firmware
from tests.simulator.benchmarks.live.tools import put_on_path


def test_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = put_on_path(tmp_path, monkeypatch, crun="", bwrap="")
    with container_commands() as commands:
        assert list(commands) == [FORK, CRUN, BWRAP]
        (program,) = commands[FORK]
        folder = Path(program).parents[1]
        assert list(commands[CRUN])[:2] == [
            str(tools[CRUN]),
            "--cgroup-manager=disabled",
        ]
        assert list(commands[CRUN])[4:] == ["run", "--bundle", str(folder), "bench"]
        assert commands[BWRAP][0] == str(tools[BWRAP])
        bundle = json.loads((folder / "config.json").read_text())
        assert bundle["process"]["args"] == ["/p1"]
        told = subprocess.run([program], capture_output=True, check=True)
        assert told.stdout == b"1"
    assert not folder.exists()


def test_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = put_on_path(tmp_path, monkeypatch, **{QEMU: ""})
    with machine_commands("tcg") as commands:
        ((name, command),) = commands.items()
        rom = Path(command[command.index("-bios") + 1])
        assert rom.read_bytes() == firmware(guest(1))
        assert (name, command[0]) == (QEMU, str(tools[QEMU]))
        assert "microvm,accel=tcg" in command
    assert not rom.exists()


def test_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path, monkeypatch)
    with container_commands() as containers, machine_commands("kvm") as machines:
        assert (list(containers), machines) == ([FORK], {})
        assert missing(containers, [FORK, CRUN, BWRAP]) == [
            "crun: not found on PATH (package crun)",
            "bwrap: not found on PATH (package bubblewrap)",
        ]
    assert missing(machines, [QEMU]) == [
        "qemu-system-x86_64: not found on PATH (package qemu-system-x86)"
    ]
