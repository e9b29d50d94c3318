"""Whatever is typed: an answer, an exit status, never a traceback."""

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.lab import run_line
from simulator.lab.table import BUILTINS, COMMANDS
from tests.simulator.lab.labs import lab

MOST_US = 63 * 24 * 3600 * 1_000_000
NAMES = sorted({*BUILTINS, *COMMANDS} - {"reboot", "stress", "sleep"})
_OPTIONS = "1 2 -1 -a -l -p -t -n 0 -- - -9 -c -f -u -h -r -e --help --all -it"
_PATHS = "/ . ../x * /srv/app /srv/busy /srv/app.exe /tmp/f /proc /proc/1/status"
_OTHERS = "x root pid,comm 'ab' \"$?\" $$ $(echo) /sys/fs/cgroup web debian:12"
_VERBS = "run exec ps images rm stop"
WORDS = st.sampled_from(f"{_OPTIONS} {_PATHS} {_OTHERS} {_VERBS}".split())
COMMAND = st.builds(
    lambda name, words: " ".join([name, *words]),
    st.sampled_from([*NAMES, "/srv/busy", "/srv/server &", "nothing"]),
    st.lists(WORDS, max_size=4),
)
JOINS = st.sampled_from([" | ", " && ", " || ", "; ", " > /tmp/f; ", " 2>&1 | ", " & "])
LINE = st.builds(
    lambda first, rest: first + "".join(join + command for join, command in rest),
    COMMAND,
    st.lists(st.tuples(JOINS, COMMAND), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=4))
def test_any_command_line_is_answered(lines: list[str]) -> None:
    here = lab()
    for line in lines:
        if not here.consoles:
            break
        before = here.engine.now
        answer = run_line(here, line)
        assert 0 <= answer.status <= 255
        assert before == answer.began_us <= answer.ended_us <= before + MOST_US
        assert not here.consoles or not here.console.is_busy


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    here = lab()
    answer = run_line(here, text)
    assert 0 <= answer.status <= 255


@settings(max_examples=10, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=3))
def test_the_same_lines_give_the_same_answers(lines: list[str]) -> None:
    def typed() -> list[tuple[str, int, int]]:
        here = lab()
        found = []
        for line in lines:
            if here.consoles:
                answer = run_line(here, line)
                found.append((answer.text, answer.status, answer.ended_us))
        return found

    assert typed() == typed()
