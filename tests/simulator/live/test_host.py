"""The facts of a machine, in words."""

import os
import platform
from pathlib import Path

import pytest

from simulator.live import cgroups, host
from simulator.live.capabilities import Report, report
from simulator.live.host import host_facts


def test_every_fact_has_a_word() -> None:
    facts = host_facts(report())
    assert list(facts) == [
        "kernel",
        "architecture",
        "processor",
        "processors",
        "virtualization",
        "cgroups",
        "user",
    ]
    assert all(facts.values())
    assert facts["kernel"] == platform.release()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("none", "no /dev/kvm"),
        ("amd", "KVM on AMD-V"),
        ("pvm", "KVM without VT-x or AMD-V (PVM): a guest's kernel is interpreted"),
    ],
)
def test_what_stands_behind_kvm(kind: str, words: str) -> None:
    assert (
        host_facts(Report("6.1", "x86_64", 0, "", kind, ()))["virtualization"] == words
    )


@pytest.mark.parametrize(("user", "words"), [(0, "root"), (5, "an ordinary user")])
def test_who_asks(user: int, words: str) -> None:
    assert host_facts(Report("6.1", "x86_64", user, "", "none", ()))["user"] == words


def test_a_processor_has_a_name_or_an_architecture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpuinfo"
    monkeypatch.setattr(host, "_PROCESSOR", file)
    assert host._processor() == platform.machine()
    file.write_text("processor : 0\n")
    assert host._processor() == platform.machine()
    file.write_text("processor : 0\nmodel name\t: Some Chip 5\n")
    assert host._processor() == "Some Chip 5"


def test_a_machine_without_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "_MOUNTS", tmp_path / "none")
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "none")
    assert cgroups.versions() == {}
    assert host._in_words({}) == "none"
    assert host._in_words({"pids": 2, "cpu": 1}) == "cpu v1, pids v2"
    assert os.cpu_count()
