"""Lines as a whole: what is written, and the status that the next line sees."""

import pytest

from tests.simulator.lab.labs import answered, lab, out, process, rows, typed, view


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("echo a b", "a b\n", 0),
        ("echo 'a  b' \"c\"", "a  b c\n", 0),
        ("true", "", 0),
        ("false", "", 1),
        ("! false", "", 0),
        ("! true", "", 1),
        ("true && echo yes", "yes\n", 0),
        ("false && echo yes", "", 1),
        ("false || echo no", "no\n", 0),
        ("true || echo no", "", 0),
        ("false; echo $?", "1\n", 0),
        ("false && true || echo x", "x\n", 0),
        ("A=5; echo $A ${A}b '$A' \"$A\"", "5 5b $A 5\n", 0),
        ("A=5 echo $A", "\n", 0),
        ("A='1 2'; for i in $A; do echo $i; done", "1\n2\n", 0),
        ("A='1 2'; for i in \"$A\"; do echo $i; done", "1 2\n", 0),
        ("echo $UNSET x", "x\n", 0),
        ("echo ''", "\n", 0),
        ("echo $(echo a; echo b)", "a b\n", 0),
        ('echo "$(echo a; echo b)"', "a\nb\n", 0),
        ("echo a$(echo b)c", "abc\n", 0),
        ("echo ~", "/root\n", 0),
        ("echo $PWD $HOSTNAME", "/ server\n", 0),
        ("for i in 1 2 3; do echo $i; done | wc -l", "3\n", 0),
        ("{ echo b; echo a; } | sort", "a\nb\n", 0),
        ("(echo x; false)", "x\n", 1),
        ("if true; then echo a; else echo b; fi", "a\n", 0),
        ("if false; then echo a; else echo b; fi", "b\n", 0),
        ("if false; then echo a; elif true; then echo c; fi", "c\n", 0),
        ("if false; then echo a; fi", "", 0),
        ("while false; do echo a; done", "", 0),
        ("echo a; echo b | grep b", "a\nb\n", 0),
        ("echo a | cat | cat", "a\n", 0),
        ("echo a | false", "", 1),
        ("false | echo a", "a\n", 0),
        ("nothing", "bash: nothing: command not found\n", 127),
        ("nothing | wc -l", "bash: nothing: command not found\n0\n", 0),
        ("/no/file", "bash: /no/file: No such file or directory\n", 127),
        ("/srv", "bash: /srv: No such file or directory\n", 127),
        (
            "/srv/app.exe",
            "bash: /srv/app.exe: cannot execute binary file: Exec format error\n",
            126,
        ),
        (
            "/srv/arm",
            "bash: /srv/arm: cannot execute binary file: Exec format error\n",
            126,
        ),
        ("/srv/plain", "bash: /srv/plain: Permission denied\n", 126),
        (
            "/srv/notes",
            "bash: /srv/notes: cannot execute: required file not found\n",
            127,
        ),
        ("/srv/new", "Aborted (core dumped)\n", 134),
        ("/srv/busy", "", 3),
        ("cd /srv && ./busy", "", 3),
        ("", "", 0),
        ("# nothing", "", 0),
        ("a b (", "bash: syntax error near unexpected token `('\n", 2),
        ("echo 'a", "bash: syntax error: unexpected end of file\n", 2),
    ],
)
def test_a_line_writes_and_ends_like_this(line: str, text: str, status: int) -> None:
    assert answered(lab(), line) == (text, status)


def test_files_take_what_commands_write() -> None:
    here = lab()
    assert typed(here, "echo a > /tmp/f", "echo b >> /tmp/f", "cat /tmp/f") == "a\nb\n"
    assert typed(here, "echo c > /tmp/f", "cat < /tmp/f") == "c\n"
    assert typed(here, "nothing 2> /tmp/e; cat /tmp/e") == (
        "bash: nothing: command not found\n"
    )
    assert typed(here, "nothing 2>> /tmp/e; wc -l /tmp/e") == "2 /tmp/e\n"
    assert typed(here, "nothing > /tmp/f 2>&1; cat /tmp/f") == (
        "bash: nothing: command not found\n"
    )
    assert typed(here, "{ ls /no; } 2>&1 | wc -l") == ("1\n")
    assert typed(here, "ls /no 2>&1 | wc -l") == "1\n"
    assert typed(here, "ls /no &> /tmp/f; wc -l < /tmp/f") == "1\n"
    assert out(here, "echo x >&2") == ""
    assert typed(here, "> /tmp/empty; cat /tmp/empty") == ""


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("echo a > /srv", "bash: /srv: Is a directory\n"),
        ("echo a > /no/f", "bash: /no/f: No such file or directory\n"),
        ("echo a > /etc/hostname/x", "bash: /etc/hostname/x: Not a directory\n"),
        ("cat < /no", "bash: /no: No such file or directory\n"),
        ("echo a > /proc/uptime", "bash: /proc/uptime: Permission denied\n"),
        ("echo a > /proc/new", "bash: /proc/new: Permission denied\n"),
        (
            "echo bad > /proc/sys/fs/binfmt_misc/register",
            "bash: write error: Invalid argument\n",
        ),
    ],
)
def test_files_that_cannot_be_used(line: str, text: str) -> None:
    assert answered(lab(), line) == (text, 1)


def test_a_heredoc_is_read() -> None:
    assert typed(lab(), "cat <<E | sort\nb\na\nE") == "a\nb\n"
    assert typed(lab(), "cat > /tmp/f <<E\nx\nE", "cat /no 2> /tmp/g") == ""


def test_patterns_stand_for_names() -> None:
    here = lab()
    assert typed(here, "echo /srv/a*") == "/srv/app /srv/app.exe /srv/arm\n"
    assert typed(here, "cd /srv; echo p* z*") == "parent plain z*\n"
    assert typed(here, "echo '/srv/a*'") == "/srv/a*\n"
    assert typed(here, "ls -d /s[r]v/ap?") == "/srv/app\n"
    assert typed(here, "touch .h; echo .h* *h") == ".h *h\n"
    assert typed(here, "cat /proc/[0-9]/comm") == "init\nbash\n"


def test_every_command_is_a_process_and_takes_time() -> None:
    here = lab()
    first = int(typed(here, "echo $$"))
    before = here.engine.now
    typed(here, "cat /proc/self/status")
    assert here.engine.now - before == 750
    assert typed(here, "sh -c 'echo $$'") == f"{first + 2}\n"
    assert typed(here, "echo built in") == "built in\n"
    assert here.engine.now - before == 1500


def test_all_of_a_pipe_run_at_once() -> None:
    assert [row[-2:] for row in rows(lab(), "ps -ef | grep grep")] == [["grep", "grep"]]


def test_a_job_in_the_background_is_told() -> None:
    here = lab()
    assert (
        typed(here, "/srv/busy &") == f"[1] {view(here).pid(process(here, 'busy'))}\n"
    )
    assert rows(here, "jobs") == [["[1]+", "Running", "/srv/busy", "&"]]
    assert typed(here, "sleep 5") == "[1]+  Exit 3                  /srv/busy\n"
    assert typed(here, "jobs") == ""


def test_a_job_can_be_killed_or_waited_for() -> None:
    here = lab()
    typed(here, "/srv/server & /srv/busy &")
    assert rows(here, "jobs") == [
        ["[1]-", "Running", "/srv/server", "&"],
        ["[2]+", "Running", "/srv/busy", "&"],
    ]
    assert answered(here, "wait $!") == ("", 3)
    assert typed(here, "kill %1") == "[1]+  Terminated              /srv/server\n"
    assert answered(here, "kill %1") == ("kill: %1: no such job\n", 1)
    typed(here, "/srv/server & kill -9 $!; sleep 0")
    typed(here, "sleep 3 &")
    assert typed(here, "wait") == ""
    typed(here, "/srv/busy &")
    assert answered(here, "fg") == ("/srv/busy\n", 3)
    assert answered(here, "fg") == ("fg: current: no such job\n", 1)


def test_a_stopped_job_is_shown_as_that() -> None:
    here = lab()
    typed(here, "/srv/server &", "kill -STOP $!")
    assert rows(here, "jobs") == [["[1]+", "Stopped", "/srv/server"]]
    assert rows(here, "ps -o stat= -C server") == [["T"]]


def test_a_loop_without_an_end_is_stopped() -> None:
    here = lab()
    text, status = answered(here, "while :; do :; done")
    assert (text, status) == ("bash: a loop of more than 10000 rounds\n", 1)


def test_a_substitution_shows_errors_and_keeps_quiet_otherwise() -> None:
    assert answered(lab(), "echo $(nothing)") == (
        "bash: nothing: command not found\n\n",
        0,
    )
