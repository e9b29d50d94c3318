"""Command lines carried out: order, conditions, pipes, files, variables."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    carried_out,
    executed,
    failure,
    image,
    outcome,
    ran,
    there,
    written,
)
from tests.simulator.worlds import events, failures


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("true", 0),
        ("false", 1),
        ("exit 7", 7),
        ("exit 300", 44),
        ("true && false", 1),
        ("false && true", 1),
        ("false || true", 0),
        ("false || exit 4", 4),
        ("false; true", 0),
        ("true; false", 1),
        ("exit 3; true", 3),
        ("false; exit", 1),
        ("! true", 1),
        ("! false", 0),
        ("(exit 5)", 5),
        ("(exit 5) || true", 0),
        ("{ exit 5; } || true", 5),
        ("{ false; true; }", 0),
        ("false | true", 0),
        ("true | false", 1),
        ("set -o pipefail; false | true", 1),
        ("set -e; false; true", 1),
        ("set -e; false || true; true", 0),
        ("set -e; false && true; true", 0),
        ("set -e; ! true; true", 0),
        ("set -eo pipefail; false | true; true", 1),
        ("set -o errexit; false; true", 1),
        ("set -e; set +e; false; true", 0),
        ("cd /nowhere", 2),
        ("cd /nowhere; true", 0),
        ("exit x", 2),
        (":", 0),
        ("umask 022 && ulimit -n 10", 0),
        ("X=1", 0),
        ("> /made", 0),
        ("> /nowhere/made", 2),
        ("> /work", 2),
        ("< /nowhere true", 2),
        ("< /dev/null true", 0),
        ("nonsense", 127),
        ("/bin/nonsense", 127),
        ("./README.md", 126),
        ("/srv/tool", 3),
        ("/srv/tool || true", 0),
        ("/srv/tool.exe", 126),
        ("sh -c 'exit 9'", 9),
        ("sh -c true", 0),
        ("sh -e -c 'false; true'", 1),
        ("bash -o pipefail -c 'false | true'", 1),
        ("bash -ec 'false; true'", 1),
        ("sh /nowhere", 127),
        ("sh README.md", 127),
        ("echo 'exit 6' | sh", 6),
        ("echo 'exit 6' > s; sh s", 6),
        ("sh", 0),
        ("a b c; (", 2),
    ],
)
def test_exit_statuses(line: str, status: int) -> None:
    assert ran(line)[0] == status


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("echo hello > /out", "hello\n"),
        ("echo -n hello > /out", "hello"),
        ("echo -e hello > /out", "hello\n"),
        ("printf 'a\\nb' > /out", "a\nb"),
        ("printf > /out", ""),
        ("echo a > /out; echo b >> /out", "a\nb\n"),
        ("echo a >> /out", "a\n"),
        ("echo a > /out; echo b > /out", "b\n"),
        ("{ echo a; echo b; } > /out", "a\nb\n"),
        ("(echo a; echo b) > /out", "a\nb\n"),
        ("echo a | cat > /out", "a\n"),
        ("echo a | cat | cat > /out", "a\n"),
        ("cat < requirements.txt > /out", "flask==3.0\nclick"),
        ("cat nowhere 2> /out; true", "cat: nowhere: No such file or directory\n"),
        (
            "cat nowhere > /out 2>&1; true",
            "cat: nowhere: No such file or directory\n",
        ),
        ("cat nowhere &> /out; true", "cat: nowhere: No such file or directory\n"),
        ("{ echo a >&2; } 2> /out", "a\n"),
        ("cat nowhere 2> /dev/null > /out; true", ""),
        ("A=1; echo $A > /out", "1\n"),
        ("A=1 B=2; echo $A$B > /out", "12\n"),
        ("export A=1; sh -c 'echo $A' > /out", "1\n"),
        ("export A; echo $A > /out", "\n"),
        ("A=1 env > /e; grepless=1; echo x$A > /out", "x\n"),
        ("(A=1); echo x$A > /out", "x\n"),
        ("{ A=1; }; echo x$A > /out", "x1\n"),
        ("A=1 | true; echo x$A > /out", "x\n"),
        ("false; echo $? > /out", "1\n"),
        ("cd /tmp; pwd > /out", "/tmp\n"),
        ("(cd /tmp); pwd > /out", "/work\n"),
        ("cd; pwd > /out", "/root\n"),
        ("echo *.txt > /out", "requirements.txt\n"),
        ("echo /work/*.txt > /out", "/work/requirements.txt\n"),
        ("echo *.nothing > /out", "*.nothing\n"),
        ("echo '*.txt' > /out", "*.txt\n"),
        ("cd /; echo w*k > /out", "work\n"),
        ("echo s*/*.c > /out", "src/main.c\n"),
        ("set -e; true; echo a > /out", "a\n"),
        ("echo a > /other && cat /other > /out", "a\n"),
        ("echo '# no comment' > /out # a comment", "# no comment\n"),
        ("PATH=/nowhere:/usr/bin; uname > /out", "Linux\n"),
    ],
)
def test_output(line: str, text: str) -> None:
    base = "mkdir -p /tmp /root; "
    assert written(base + line) == text


def test_each_program_is_a_process_of_its_own() -> None:
    done = carried_out("FROM kit\nRUN true; cat /etc/passwd && uname | cat")
    assert executed(done) == [
        "/bin/sh",
        "/usr/bin/cat",
        "/usr/bin/uname",
        "/usr/bin/cat",
    ]
    shell, *children = events(done, "execve")[1:]
    assert {e.detail["place"] for e in (shell, *children)} == {"app-step-1"}
    pids = [e.detail["pid"] for e in (shell, *children)]
    assert pids == sorted(set(pids))


def test_causes_lead_from_the_failure_to_the_wish() -> None:
    done = carried_out("FROM kit\nRUN true && cat /nowhere")
    event = done.events[-1]
    chain = []
    while event.cause is not None:
        event = done.events[event.cause]
        chain.append((event.action, str(event.detail["target"])))
    assert chain == [
        ("build_step", "RUN true && cat /nowhere"),
        ("exit", "/bin/sh"),
        ("exit", "/usr/bin/cat"),
        ("execve", "/usr/bin/cat"),
        ("execve", "/bin/sh"),
        ("build", "app"),
    ]


def test_a_missing_command_is_what_the_shell_says() -> None:
    assert ran("nonsense") == (127, "/bin/sh: 1: nonsense: not found")
    done = carried_out("FROM kit\nRUN nonsense")
    assert ("linux-1", "execve", "ENOENT") in failures(done)


def test_a_command_that_cannot_be_read() -> None:
    assert ran("a &&") == (2, "/bin/sh: Syntax error: end of file unexpected")
    assert ran("if true; then a; fi") == (
        2,
        "/bin/sh: Syntax error: 'if' is not modelled",
    )


def test_an_unreadable_line_does_nothing_at_all() -> None:
    done = carried_out("FROM kit\nRUN echo a > /a; b & c")
    assert executed(done) == ["/bin/sh"]


def test_a_program_of_the_world_does_its_steps() -> None:
    done = carried_out("FROM kit\nRUN /srv/tool; sleep 1")
    end = events(done, "exit", target="/srv/tool")[0]
    began = events(done, "execve", target="/srv/tool")[0]
    assert end.time - began.time == 5000
    assert events(done, "exit", target="/usr/bin/sleep")[0].detail["exit_status"] == 0


def test_a_server_that_is_started_by_run_never_ends() -> None:
    world = {"programs": {"server": {"path": "/srv/server", "format": "elf"}}}
    images = {"images": {"base": {"userland": "busybox", "programs": ["server"]}}}
    text = "FROM base\nRUN /srv/server\nRUN echo never"
    done = carried_out(text, world={**world, **images})
    assert outcome(done)["state"] == "building"
    assert done.verdict == "completed"


def test_shells_in_shells_are_bounded() -> None:
    line = "echo 'sh /work/s' > s; sh s"
    assert ran(line) == (127, "sh: too many shells in each other")


def test_without_a_shell_nothing_runs() -> None:
    assert failure("FROM empty", "RUN true") == (
        2,
        127,
        (
            'failed to solve: process "/bin/sh -c true" did not complete successfully:'
            " exit code: 127"
        ),
    )


def test_the_exec_form_needs_no_shell() -> None:
    done = carried_out('FROM kit\nRUN ["uname", "-m"]')
    assert executed(done) == ["/usr/bin/uname"]
    assert outcome(done)["state"] == "built"
    assert failure("FROM kit", 'RUN ["cat", "$HOME"]')[1] == 1
    assert failure("FROM kit", 'RUN ["nonsense"]')[1] == 127
    assert failure("FROM kit", 'RUN ["/srv/tool"]')[1] == 3
    assert failure("FROM kit", 'RUN ["/srv/tool.exe"]')[1] == 255


def test_a_list_in_single_quotes_is_a_command_with_a_strange_name() -> None:
    done = carried_out("FROM kit\nRUN ['uname', '-m']")
    assert outcome(done)["exit_status"] == 127


def test_another_shell() -> None:
    lines = ("FROM kit", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]')
    assert failure(*lines, "RUN false | true")[1] == 1
    assert image(*lines, "RUN true | true")["cmd"] == []


def test_a_heredoc_is_a_script_or_an_input() -> None:
    script = image("FROM kit", "RUN <<END", "echo a > /a", "echo b > /b", "END")
    assert script["contents"]["/a"] == "a\n"
    assert script["contents"]["/b"] == "b\n"
    text = ("FROM kit", "ENV X=1", "RUN cat <<END > /out", 'x "$X"', "END")
    assert image(*text)["contents"]["/out"] == 'x "1"\n'
    text = ("FROM kit", "ENV X=1", "RUN cat <<'END' > /out", "$X", "END")
    assert image(*text)["contents"]["/out"] == "$X\n"
    text = ("FROM kit", "RUN cat <<-END > /out", "\tx", "\tEND")
    assert image(*text)["contents"]["/out"] == "x\n"


def test_a_script_goes_on_after_a_failure() -> None:
    script = image("FROM kit", "RUN <<END", "cat /nowhere", "echo b > /b", "END")
    assert script["contents"]["/b"] == "b\n"
    text = ("FROM kit", "RUN <<END", "set -e", "cat /nowhere", "echo b", "END")
    assert failure(*text)[1] == 1


def test_files_that_others_own() -> None:
    lines = ("FROM kit", "RUN useradd app", "USER app")
    assert failure(*lines, "RUN echo a > /etc/passwd")[1] == 2
    assert failure(*lines, "RUN echo a > /new")[1] == 2


def test_a_directory_shows_among_patterns_once() -> None:
    assert there("touch /x; echo /wor* > /list") == ["/list", "/x"]


def test_a_heredoc_in_a_script_is_refused_by_name() -> None:
    lines = ("FROM kit", "RUN <<A", "cat <<B > /out", "text", "B", "A")
    done = carried_out("\n".join(lines))
    assert outcome(done)["exit_status"] == 2
    said = "/bin/sh: Syntax error: a heredoc inside of a script is not modelled"
    assert said in [e.detail.get("log") for e in done.events]


def test_a_program_that_lacks_a_system_call_ends_by_a_signal() -> None:
    world = {"programs": {"tool": {"calls": ["NtCreateFile"]}}}
    assert ran("/srv/tool", world=world)[0] == 134
    done = carried_out('FROM kit\nRUN ["/srv/tool"]', world=world)
    assert outcome(done)["exit_status"] == 134
