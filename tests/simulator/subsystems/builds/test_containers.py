"""Containers of images that were built: what their process 1 is."""

from typing import Any

from simulator import Run
from tests.simulator.subsystems.builds.yards import build, carried_out, outcome
from tests.simulator.worlds import events

BASE = """FROM kit
COPY report.py /app/
"""
PYTHON = {
    "images": {"kit": {"programs": ["python3", "tool"]}},
    "programs": {
        "python3": {"acts_as": "interpreter"},
        "report": {"does": [{"sleep": {"ms": 3}}, {"exit": {"status": 4}}]},
    },
}


def started(lines: str, **more: Any) -> Run:
    """The run of a build, and of a container of its image."""
    box = {"name": "box", "on": "server", "image": "app:1", **more}
    plan = (build(), {"start_container": box})
    return carried_out(BASE + lines, *plan, world=PYTHON)


def programs(done: Run) -> list[str]:
    return [str(e.detail["target"]) for e in events(done, "execve", place="box-1")]


def test_the_exec_form_is_process_1() -> None:
    done = started('CMD ["python3", "/app/report.py"]')
    assert programs(done) == ["/usr/bin/python3"]
    ended = events(done, "exit", target="/usr/bin/python3")[0]
    assert ended.detail["exit_status"] == 4


def test_the_shell_form_has_a_shell_in_front() -> None:
    done = started("CMD python3 /app/report.py")
    assert programs(done) == ["/bin/sh", "/usr/bin/python3"]
    assert events(done, "exit", target="/bin/sh")[0].detail["exit_status"] == 4


def test_a_shell_that_becomes_its_last_command() -> None:
    done = started('SHELL ["/bin/bash", "-c"]\nCMD python3 /app/report.py')
    assert programs(done)[-1] == "/usr/bin/python3"


def test_a_script_that_is_not_there() -> None:
    done = started('CMD ["python3", "/app/other.py"]')
    ended = events(done, "exit", target="/usr/bin/python3")[0]
    assert ended.detail["exit_status"] == 2


def test_a_script_with_its_interpreter_in_its_first_line() -> None:
    done = started('CMD ["/app/report.py"]')
    assert programs(done) == ["/app/report.py"]
    assert done.observation["programs"]["report"]["attempts"] == 1


def test_an_interpreter_in_a_run() -> None:
    done = carried_out(f"{BASE}RUN python3 /app/report.py", world=PYTHON)
    assert outcome(done)["exit_status"] == 4


def test_entry_point_and_command_are_one_line() -> None:
    done = started('ENTRYPOINT ["python3"]\nCMD ["/app/report.py"]')
    assert programs(done) == ["/usr/bin/python3"]
    assert events(done, "exit", target="/usr/bin/python3")[0].detail["exit_status"] == 4
    done = started('ENTRYPOINT ["python3"]\nCMD ["/app/report.py"]', command=["/no"])
    assert events(done, "exit", target="/usr/bin/python3")[0].detail["exit_status"] == 2


def test_a_program_that_cannot_start_is_counted_under_its_name() -> None:
    text = "FROM kit AS a\nFROM scratch\nCOPY --from=a /srv/tool /bin/tool\n"
    box = {"name": "box", "on": "server", "image": "app:1"}
    plan = (build(), {"start_container": {**box, "command": ["/bin/tool"]}})
    done = carried_out(text, *plan, world=PYTHON)
    assert done.observation["programs"]["tool"]["errno_name"] == "ENOENT"


def test_an_image_that_was_not_built_starts_nothing() -> None:
    done = started("RUN false")
    assert programs(done) == []
    failed = events(done, "pull", outcome="failed")
    assert failed[0].detail["target"] == "app:1"
