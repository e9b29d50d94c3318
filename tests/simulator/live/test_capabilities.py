"""What this machine says that it can do, and why it cannot do the rest."""

import os
from pathlib import Path

import pytest

from simulator.live import capabilities
from simulator.live.capabilities import report
from simulator.live.cgroups import Place
from simulator.live.sandbox import SandboxError, Told
from simulator.live.vm.guest import Guest
from simulator.live.vm.life import Exit, Life


def test_every_question_has_an_answer() -> None:
    found = report()
    assert [entry.name for entry in found.capabilities] == [*capabilities._QUESTIONS]
    for entry in found.capabilities:
        assert entry.available is not bool(entry.reason)
        assert found.of(entry.name) is entry
    assert found.kernel == os.uname().release
    assert found.to_json()["user"] == os.geteuid()
    assert int(found.effective_capabilities, 16) >= 0


@pytest.mark.parametrize(
    ("folders", "kind"),
    [
        ((), "none"),
        (("dev",), "unknown"),
        (("dev", "kvm_intel"), "intel"),
        (("dev", "kvm_amd"), "amd"),
        (("dev", "kvm_pvm"), "pvm"),
    ],
)
def test_what_stands_behind_kvm(
    folders: tuple[str, ...], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"/dev/kvm"} if folders else set()
    there |= {f"/sys/module/{name}" for name in folders[1:]}
    monkeypatch.setattr(Path, "exists", lambda path: str(path) in there)
    assert capabilities.kvm_back_end() == kind


def test_another_architecture_can_run_no_program_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    why = "probes are written for Linux on x86_64, this is riscv64"
    assert capabilities._ask_sandbox() == why
    assert capabilities._ask_containers() == why
    assert capabilities._ask_formats() == why
    assert capabilities._ask_compat32() == why


@pytest.mark.parametrize("ask", ["_ask_sandbox", "_ask_containers"])
def test_the_errno_of_a_trial_is_the_reason(
    ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = {"kind": "run", "step": 1, "errno": 13}
    monkeypatch.setattr(
        capabilities, "carry_out", lambda _plan, seconds: Told((fact,), in_time=True)
    )
    assert getattr(capabilities, ask)() == "Permission denied"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SandboxError("no namespaces"), "no namespaces"),
        (OSError(1, "Operation not permitted"), "[Errno 1] Operation not permitted"),
        (ImportError(), "ImportError"),
    ],
)
def test_whatever_goes_wrong_is_a_reason(error: Exception, reason: str) -> None:
    def ask() -> str:
        raise error

    assert capabilities._reason(ask) == reason


def test_a_list_of_formats_of_its_own_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, why in ((0, ""), (1, "binfmt_misc: Operation not permitted")):
        fact = {"kind": "registered", "step": 0, "errno": number}
        told = Told((fact,), in_time=True)
        monkeypatch.setattr(
            capabilities, "carry_out", lambda _plan, seconds, told=told: told
        )
        assert capabilities._ask_formats() == why


def test_only_root_maps_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert capabilities._ask_users() == ""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert capabilities._ask_users().startswith("only root")


def test_a_kernel_may_have_no_time_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: path.name != "timens_offsets")
    assert capabilities._ask_time() == "this kernel has no time namespaces"
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert not capabilities._ask_time()


def test_controllers_are_asked_for_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.live.cgroups.places", lambda: {"pids": None})
    assert capabilities._ask_controller("pids")() == ""
    why = "no writable cgroup with the controller cpu"
    assert capabilities._ask_controller("cpu")() == why


def test_a_guest_must_come_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "kvm_back_end", lambda: "none")
    assert capabilities._ask_kvm() == "there is no /dev/kvm"
    monkeypatch.setattr(capabilities, "kvm_back_end", lambda: "intel")
    for ended, why in (("done", ""), ("shutdown", "a guest ended with: shutdown")):
        life = Life(ended=ended)
        monkeypatch.setattr(
            capabilities, "run_on_kvm", lambda _guest, seconds, life=life: life
        )
        assert capabilities._ask_kvm() == why


def test_emulation_is_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert capabilities._ask_emulated() == ""
    monkeypatch.setattr(capabilities, "find_spec", lambda _name: None)
    assert capabilities._ask_emulated() == "the package unicorn is not installed"


@pytest.mark.parametrize(("at_us", "interprets"), [(20, False), (40_000, True)])
def test_an_interpreted_kernel_is_slow_to_leave_real_mode(
    at_us: int, interprets: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_guest: Guest, seconds: float) -> Life:
        return Life(exits=[Exit(at_us, "io", 0x3F8, ord("2"))])

    monkeypatch.setattr(capabilities, "run_on_kvm", run)
    assert capabilities.interprets_kernels() is interprets


def test_without_proc_there_are_no_capabilities(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(_path: Path) -> str:
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", unreadable)
    assert capabilities._effective() == ""


@pytest.mark.parametrize(
    ("errno", "reason"), [(2, ""), (8, "32-bit programs: Exec format error")]
)
def test_a_32_bit_program_that_is_looked_at_at_all(
    errno: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(({"kind": "run", "step": 1, "errno": errno},), in_time=True)
    monkeypatch.setattr(capabilities, "carry_out", lambda _plan, seconds: told)
    assert capabilities._ask_compat32() == reason


def test_a_group_is_killed_together_in_version_2_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found: dict[str, Place] = {}
    monkeypatch.setattr("simulator.live.cgroups.places", lambda: found)
    assert "no writable cgroup" in capabilities._ask_oom_group()
    found["memory"] = Place("memory", 1, tmp_path)
    assert "memory is of v1 here" in capabilities._ask_oom_group()
    found["memory"] = Place("memory", 2, tmp_path)
    assert capabilities._ask_oom_group() == ""


def test_a_distribution_may_close_user_namespaces(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    switch = tmp_path / "switch"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(capabilities, "_CLOSED", {str(switch): "0"})
    assert capabilities._ask_nested_users() == ""
    switch.write_text("1\n")
    assert capabilities._ask_nested_users() == ""
    switch.write_text("0\n")
    assert capabilities._ask_nested_users() == f"{switch} is 0"
