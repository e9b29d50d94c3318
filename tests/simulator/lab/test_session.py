import pytest

from simulator.engine import Work
from simulator.lab import is_complete, prompt, run_line
from simulator.lab.session import MOST_STEPS
from tests.simulator.lab.labs import TOOLS, answered, lab, process, typed, view
from tests.simulator.worlds import merged


def test_a_prompt_says_who_and_where() -> None:
    here = lab()
    assert prompt(here) == "root@server:/# "
    typed(here, "cd /srv")
    assert prompt(here) == "root@server:/srv# "
    typed(here, "exit")
    assert prompt(here) == ""


@pytest.mark.parametrize(
    ("text", "complete"),
    [("ls", True), ("ls |", False), ("a ' b", False), ("ls ;;", True), ("", True)],
)
def test_more_is_asked_for_while_a_line_is_open(text: str, complete: bool) -> None:
    assert is_complete(text) == complete


def test_an_answer_says_what_came_out_and_when() -> None:
    here = lab()
    began = here.engine.now
    answer = run_line(here, "echo a; nothing; sleep 1")
    assert answer.text == "a\nbash: nothing: command not found\n"
    assert answer.to_json() == {
        "out": "a\n",
        "err": "bash: nothing: command not found\n",
        "text": "a\nbash: nothing: command not found\n",
        "status": 0,
        "began_us": began,
        "ended_us": began + 1_000_750,
    }


def test_what_waits_for_ever_is_interrupted() -> None:
    here = lab()
    text, status = answered(here, "/srv/server; echo $?")
    assert text == "^C  [lab: it waits for something that will not happen]\n\n130\n"
    assert status == 130
    assert typed(here, "ps -C server -o pid=") == ""


def test_what_ignores_an_interrupt_goes_on() -> None:
    here = lab()
    text, status = answered(here, "/srv/deaf; echo never")
    pid = process(here, "deaf").pid
    assert text == (
        "^C  [lab: it waits for something that will not happen]\n"
        f"[lab: process {pid} goes on in the background]\n"
    )
    assert status == 130
    assert typed(here, "pidof deaf") == f"{pid}\n"
    assert typed(here, "kill -9 $(pidof deaf); pidof deaf") == ""


def test_what_takes_too_many_steps_is_interrupted() -> None:
    forever = {
        "does": [{"repeat": {"times": 999_999, "steps": [{"sleep": {"ms": 1}}]}}]
    }
    here = lab(world=merged(TOOLS, {"programs": {"server": forever}}))
    text, status = answered(here, "/srv/server")
    assert text == f"^C  [lab: it takes more than {MOST_STEPS} steps]\n\n"
    assert status == 130


def test_what_takes_longer_than_a_month_is_interrupted() -> None:
    here = lab()
    text, status = answered(here, "sleep 30d; sleep 30d")
    assert text == "^C  [lab: it would take longer than a month]\n"
    assert status == 130


def test_a_person_can_interrupt() -> None:
    here = lab()

    def later() -> Work:
        yield 2_000_000
        here.is_interrupted = True

    here.engine.spawn(later())
    before = here.engine.now
    text, status = answered(here, "sleep 100")
    assert (text, status) == ("^C\n\n", 130)
    assert here.engine.now - before == 2_000_000


def test_history_keeps_lines_that_were_understood() -> None:
    here = lab()
    typed(here, "echo a", "", "echo |", "history")
    assert here.history == ["echo a", "history"]
    assert typed(here, "history") == "    1  echo a\n    2  history\n    3  history\n"


def test_a_shell_within_the_shell() -> None:
    here = lab()
    outer = int(typed(here, "echo $$"))
    assert typed(here, "cd /srv", "sh") == ""
    assert len(here.consoles) == 2
    assert int(typed(here, "echo $$")) == outer + 1
    assert prompt(here) == "root@server:/srv# "
    assert answered(here, "exit 4") == ("", 4)
    assert typed(here, "echo $?") == "4\n"
    assert answered(here, "bash; echo back $?") == ("", 0)
    assert answered(here, "false") == ("", 1)
    assert answered(here, "exit") == ("back 1\n", 0)


def test_the_last_exit_ends_the_session() -> None:
    here = lab()
    assert answered(here, "exit 7") == ("", 7)
    assert here.consoles == []


def test_killing_the_shell_ends_the_session() -> None:
    here = lab()
    assert answered(here, "kill -9 $$; echo never") == ("", 137)
    assert here.consoles == []


def test_the_end_of_init_is_the_end_of_everything() -> None:
    here = lab()
    text, status = answered(here, "sh -c 'kill -9 1'")
    assert (text, status) == ("", 0)
    init = process(here, "init")
    init.kernel.panic("a test", None)
    text, status = answered(here, "ls")
    assert (text, status) == (
        "Kernel panic - not syncing: a test\nConnection to server closed.\n",
        255,
    )
    assert view  # the world is still there to look at
