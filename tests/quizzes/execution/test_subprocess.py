import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from quizzes.execution import subprocess as module
from quizzes.execution.in_process import FreshRunner
from quizzes.execution.ports import (
    Execution,
    RunnerFailedError,
    ScenarioBrokenError,
)
from quizzes.execution.subprocess import SubprocessRunner


def _as_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    """Let a program of the test be the child."""
    (tmp_path / "strange_child.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(module, "CHILD_MODULE", "strange_child")


def test_a_child_finds_what_this_process_finds(execution: Execution) -> None:
    here = FreshRunner().execute(execution)
    assert SubprocessRunner().execute(execution) == here


def test_the_author_fault_stays_the_author_fault(execution: Execution) -> None:
    broken = replace(execution, params={"kernel": "4.0"})
    with pytest.raises(ScenarioBrokenError) as there:
        SubprocessRunner().execute(broken)
    with pytest.raises(ScenarioBrokenError) as here:
        FreshRunner().execute(broken)
    assert str(there.value) == str(here.value)


def test_a_killed_child_is_a_failure(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _as_child(
        monkeypatch, tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    with pytest.raises(RunnerFailedError, match="ended with status -9"):
        SubprocessRunner().execute(execution)


def test_a_child_that_fails_is_a_failure(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _as_child(monkeypatch, tmp_path, "raise MemoryError")
    with pytest.raises(RunnerFailedError, match="ended with status 1"):
        SubprocessRunner().execute(execution)


def test_a_child_that_is_silent_is_killed(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    _as_child(
        monkeypatch,
        tmp_path,
        f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)",
    )
    with pytest.raises(RunnerFailedError, match=r"took longer than 0\.5 s"):
        SubprocessRunner(seconds=0.5).execute(execution)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


@pytest.mark.parametrize("words", ["", "not JSON", "[]", '{"claims": {}}'])
def test_a_child_that_talks_nonsense_is_a_failure(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str
) -> None:
    _as_child(monkeypatch, tmp_path, f"print({words!r})")
    with pytest.raises(RunnerFailedError, match="answered nonsense"):
        SubprocessRunner().execute(execution)


SPIN = """\
import resource
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True: pass
"""


@pytest.mark.parametrize("greedy", ["x = bytearray(2 << 30)", SPIN])
def test_a_greedy_child_is_stopped(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, greedy: str
) -> None:
    root = Path(__file__).resolve().parents[3]
    _as_child(
        monkeypatch,
        tmp_path,
        "import sys; from quizzes.execution import child\n"
        f"def greedy(request):\n  exec({greedy!r})\n"
        "child.answer = greedy\nchild.main()",
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    with pytest.raises(RunnerFailedError, match="ended with status"):
        SubprocessRunner().execute(execution)


def test_it_is_found_from_any_folder(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A worker may have been started anywhere."""
    here = FreshRunner().execute(execution)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert SubprocessRunner().execute(execution) == here


def test_the_answer_is_not_limited_by_a_pipe(
    execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes in and comes out may be larger than a pipe's buffer."""
    calls: list[dict[str, Any]] = []
    run = subprocess.run

    def noting(*args: Any, **options: Any) -> Any:
        calls.append(options)
        return run(*args, **options)

    monkeypatch.setattr(module.subprocess, "run", noting)
    padded = replace(execution, source=execution.source + "#" * 200_000 + "\n")
    assert SubprocessRunner().execute(padded).truths["no_loader"] is True
    assert calls[0]["timeout"] == module.WALL_SECONDS
    assert len(calls[0]["input"]) > 200_000
    assert Path(sys.executable).exists()
