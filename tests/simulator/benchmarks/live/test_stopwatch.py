"""From a command to the first byte of its output."""

import os
from collections import defaultdict
from pathlib import Path

import pytest

from simulator.benchmarks.live import stopwatch
from simulator.benchmarks.live.commands import container_commands, machine_commands
from simulator.live.inside import linux

SH = "/bin/sh"


def test_the_first_word_counts_not_the_end() -> None:
    seconds = stopwatch.seconds_to_first_word([SH, "-c", "echo 1; sleep 0.5"])
    assert 0 < seconds < 0.5


def test_silence_is_told_with_the_last_complaint() -> None:
    times: dict[str, list[float]] = defaultdict(list)
    commands = {
        "says": [SH, "-c", "echo 1"],
        "fails": [SH, "-c", "echo first >&2; echo no namespaces >&2; exit 1"],
        "silent": [SH, "-c", ":"],
        "missing": ["/nothing"],
    }
    assert stopwatch.measure(commands, 2, times) == [
        "fails: no namespaces",
        "silent: it ended without a word",
        "missing: [Errno 2] No such file or directory: '/nothing'",
    ]
    assert {name: len(seconds) for name, seconds in times.items()} == {"says": 2}


def test_a_command_that_neither_speaks_nor_ends_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stopwatch, "_ENDS_WITHIN_S", 0.1)
    with pytest.raises(stopwatch.SilentError, match="it ended without a word"):
        stopwatch.seconds_to_first_word([SH, "-c", "exec sleep 60"])


@pytest.mark.parametrize(
    ("user", "files", "mounts"),
    [(0, [], ["/", "/sys/fs/cgroup"]), (0, ["cgroup.controllers"], []), (1000, [], [])],
)
def test_only_root_hides_cgroups_of_version_1(
    user: int, files: list[str], mounts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted: list[str] = []
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(Path, "exists", lambda path: path.name in files)
    monkeypatch.setattr(linux, "unshare", lambda _: None)
    monkeypatch.setattr(linux, "mount", lambda *told: mounted.append(told[1]))
    stopwatch.show_groups_of_version_2()
    assert mounted == mounts


def test_every_tool_that_is_here_starts_what_it_should() -> None:
    times: dict[str, list[float]] = defaultdict(list)
    with container_commands() as containers, machine_commands("tcg") as machines:
        commands = {**containers, **machines}
        assert stopwatch.measure(commands, 1, times) == []
        assert list(times) == list(commands)
    assert all(seconds > 0 for (seconds,) in times.values())
