"""Formats registered in a sandbox: the shipped claims hold on this kernel too."""

import shutil
import struct
import subprocess
from dataclasses import replace
from errno import ENOENT, ENOEXEC
from pathlib import Path

import pytest

from simulator.cli.inputs import read_file
from simulator.live.binaries import formats
from simulator.live.binaries.handing import registration
from simulator.live.capabilities import Capability, Report, report
from simulator.live.fidelity import compared
from simulator.live.handlers import planned
from simulator.live.recording import AFTER, Recorder
from simulator.live.running import run_arm_live
from simulator.live.translating import NotHereError, Translation, translated
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
        (
            registering(format="mach-o", arch="riscv64"),
            "no probe registers mach-o for riscv64",
        ),
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


def arm(name: str) -> Translation:
    wanted = shipped("binfmt-misc-and-flag-f")
    return translated(wanted, name, wanted.variant(0), with_formats(""))


def test_what_is_registered_and_what_stands_beside_the_file() -> None:
    translation = arm("opened_now")
    (step,) = (step for step in translation.steps if step["do"] == "register")
    number = translation.number("qemu_static")
    assert step["line"].endswith(f":/p{number}:F")
    app = f"/images/0/p{translation.number('app')}"
    files = {s["path"]: s["content"] for s in translation.steps if s["do"] == "write"}
    assert {app, f"{app}i", f"/p{number}"} <= set(files)
    other = arm("wrong_emulator")
    gives_up = {s["path"]: s["content"] for s in other.steps if s["do"] == "write"}
    assert gives_up[app] == files[app]
    assert gives_up[f"{app}i"] != files[f"{app}i"]


def test_registrations_are_events() -> None:
    recorder = Recorder(arm("by_path"), iter([]))
    for number in (0, ENOENT):
        AFTER["registered"](recorder, {"errno": number}, "arm")
    assert [(e.outcome, dict(e.detail)) for e in recorder.events] == [
        ("ok", {"target": "arm"}),
        ("failed", {"target": "arm", "errno": ENOENT, "errno_name": "ENOENT"}),
    ]
    app = recorder.translation.runs["box-1"]
    AFTER["run"](recorder, {"errno": 0}, "box-1")
    assert recorder.attempts[app]["loader"] == "misc"


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
