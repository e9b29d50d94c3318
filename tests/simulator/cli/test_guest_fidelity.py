"""``fidelity --guest``: kernels of guests in the place of this machine's."""

import json
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.live.guest_linux import judging
from simulator.live.qemu.machine import Tools
from tests.simulator.live.guest_linux.fake import STAYS, Boots
from tests.simulator.worlds import path_of

CRASH = str(path_of("crash-of-one-guest"))
Captured = pytest.CaptureFixture[str]


def test_claims_that_guests_judge(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    guests = Tools("qemu", Path("/boot/vmlinuz-6.1.0-9-cloud-amd64"))
    monkeypatch.setattr(judging, "tools", lambda: guests)
    monkeypatch.setattr(judging, "booting", lambda _: Boots(tmp_path, {"/p1": STAYS}))
    assert main(["fidelity", CRASH, "--guest", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["host"]["cgroups"], found["host"]["processors"]) == ("v2", "1")
    assert found["kernel"] == "6.1.0-9-cloud-amd64"
    told = {row["claim"]: row["live"] for row in found["claims"]}
    assert {name for name, live in told.items() if live is not None} == {
        "container_falls_alone",
        "container_takes_all",
        "type_1_only",
    }
    assert told["type_1_only"] is False
    assert told["container_takes_all"] is True


def test_scenarios_are_named(capsys: Captured) -> None:
    assert main(["fidelity", "--guest"]) == 2
    message = "name the scenarios that guests are to carry out\n"
    assert capsys.readouterr().err == message


def test_what_is_missing_is_told(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["fidelity", CRASH, "--guest"]) == 2
    assert "(package qemu-system-x86)" in capsys.readouterr().err
