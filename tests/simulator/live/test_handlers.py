"""Formats registered in a sandbox: the shipped claims hold on this kernel too."""

import shutil
import struct
import subprocess
from dataclasses import replace
from errno import ENOEXEC
from pathlib import Path

import pytest

from simulator.cli.inputs import read_file
from simulator.live.binaries import formats
from simulator.live.binaries.handing import registration
from simulator.live.capabilities import Capability, Report, report
from simulator.live.fidelity import compared
from simulator.live.handlers import planned
from simulator.live.running import run_arm_live
from simulator.live.translating import NotHereError, translated
from simulator.scenario.model import Scenario
from tests.simulator.live.machine import status_of
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    install,
    path_of,
    register,
    scenario,
)

FOREIGN = ("elf", "aarch64")


SEVEN = struct.pack("<3I", 0xD28000E0, 0xD2800BA8, 0xD4000001)
"""For AArch64: mov x0, 7; mov x8, 93 (exit); svc 0."""


def registering(**more: str) -> tuple[str, dict[str, str]]:
    usual = {"format": "elf", "arch": "aarch64", "interpreter": "qemu"}
    return "register_format", {**usual, **more}


def test_what_a_plan_registers() -> None:
    plan = [registering(), ("wait", {}), registering(), registering(format="pe")]
    assert planned(plan) == {FOREIGN: "qemu", ("pe", "aarch64"): "qemu"}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (registering(format="script"), "no probe registers script for aarch64"),
        (registering(arch="x86_64"), "no probe registers elf for x86_64"),
        (registering(interpreter="wine"), "a probe has one interpreter for a format"),
    ],
)
def test_what_no_probe_registers(
    action: tuple[str, dict[str, str]], reason: str
) -> None:
    with pytest.raises(NotHereError, match=reason):
        planned([registering(), action])


def shipped(name: str) -> Scenario:
    return read_file(path_of(name))


def with_formats(reason: str) -> Report:
    others = [entry for entry in report().capabilities if entry.name != "formats"]
    formats_here = Capability("formats", not reason, reason)
    return replace(report(), capabilities=(*others, formats_here))


def here() -> bool:
    """Tell whether this kernel has lists of formats for user namespaces."""
    return report().of("formats").available


def test_where_the_kernel_has_one_list_for_all_the_reason_is_told() -> None:
    why = "binfmt_misc: Operation not permitted"
    wanted = shipped("binfmt-misc-and-flag-f")
    with pytest.raises(NotHereError, match=why):
        translated(wanted, "by_path", wanted.variant(0), with_formats(why))


def test_only_a_machine_has_a_list() -> None:
    plan = [*ENGINE, box(), register(on="box")]
    with pytest.raises(NotHereError, match="with the machine's own kernel"):
        translated(scenario(plan), "a", {}, with_formats(""))


def test_an_interpreter_is_opened_where_it_is() -> None:
    plan = [*BOOT, register(open_now=True), install("wine"), register(open_now=True)]
    outcomes = [("register_format", "failed"), ("register_format", "ok")]
    for wanted in [outcomes] if here() else []:
        run = run_arm_live(scenario(plan), "a", {}, report())
        told = [(event.action, event.outcome) for event in run.events]
        assert [one for one in told if one[1] != "asked"] == wanted


def test_the_claims_about_registered_interpreters_agree() -> None:
    wanted = shipped("binfmt-misc-and-flag-f")
    rows = {row.claim: row for row in compared(wanted, wanted.variant(0), report())}
    assert all(row.agrees for row in rows.values())
    told = {name for name, row in rows.items() if row.live is not None}
    lists = {
        "path_works",
        "opened_works",
        "dynamic_works",
        "libraries_stay_outside",
        "image_works",
        "any_interpreter_works",
    }
    assert told == {
        "unregistered_enoexec",
        "image_is_enough",
        "kernel_must_know",
    } | (lists if here() else set())


def test_the_machine_itself_still_knows_no_such_format(tmp_path: Path) -> None:
    foreign = formats.elf(b"", "aarch64")
    before = status_of(foreign, tmp_path)
    wanted = shipped("qemu-user-foreign-architecture")
    for arm in ("emulated",) if here() else ():
        run = run_arm_live(wanted, arm, wanted.variant(0), report())
        app = run.observation["programs"]["arm_app"]
        assert (app["loader"], app["running"]) == ("misc", 1)
    assert status_of(foreign, tmp_path) == before == ("errno", ENOEXEC)


def test_a_real_emulator_runs_real_foreign_code(tmp_path: Path) -> None:
    """Where qemu-user is installed: what it is handed is this project's file."""
    file, mounted = tmp_path / "seven", tmp_path / "formats"
    file.write_bytes(formats.elf(SEVEN, "aarch64"))
    file.chmod(0o755)
    mounted.mkdir()
    emulator = shutil.which("qemu-aarch64-static")
    for path in [emulator] if emulator and here() else []:
        line = registration("arm", *FOREIGN, path, opened=True)
        script = (
            f"mount -t binfmt_misc none {mounted} && "
            f"printf %s '{line}' > {mounted}/register && exec {file}"
        )
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
        assert subprocess.run([*command, script], check=False).returncode == 7
    assert status_of(formats.elf(SEVEN, "aarch64"), tmp_path) == ("errno", ENOEXEC)
