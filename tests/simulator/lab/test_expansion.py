"""Words with variables, commands and patterns in them."""

import pytest

from tests.simulator.lab.labs import lab, typed

SETUP = "A=one; B='two three'; E=; N=5"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("$A", "[one]"),
        ("${A}", "[one]"),
        ("$A$A", "[oneone]"),
        ("$A-$N", "[one-5]"),
        ("x$A", "[xone]"),
        ("${A}x", "[onex]"),
        ("$Ax", ""),
        ("$B", "[two][three]"),
        ('"$B"', "[two three]"),
        ("x$B", "[xtwo][three]"),
        ("$B$A", "[two][threeone]"),
        ("'$B'", "[$B]"),
        ("\\$A", "[$A]"),
        ("$E", ""),
        ('"$E"', "[]"),
        ("''", "[]"),
        ("'' ''", "[][]"),
        ("a$E", "[a]"),
        ("$(echo a b)", "[a][b]"),
        ('"$(echo a b)"', "[a b]"),
        ("`echo a`", "[a]"),
        ("$(echo $(echo deep))", "[deep]"),
        ("x$(echo 1)y", "[x1y]"),
        ("$(true)", ""),
        ("~", "[/root]"),
        ("~/x", "[~/x]"),
        ("a~", "[a~]"),
        ("$?", "[0]"),
        ("$HOME $PWD", "[/root][/]"),
        ("$HOSTNAME", "[server]"),
        ("$", "[$]"),
        ("5$", "[5$]"),
        ("/srv/b*", "[/srv/busy]"),
        ("/srv/[ab]*y", "[/srv/busy]"),
        ("/srv/bus?", "[/srv/busy]"),
        ("/s*/busy", "[/srv/busy]"),
        ("/*/busy", "[/srv/busy]"),
        ("'/srv/b*'", "[/srv/b*]"),
        ("\\*", "[*]"),
        ("/no/*", "[/no/*]"),
        ("a*z", "[a*z]"),
        ("$A*", "[one*]"),
    ],
)
def test_words_become_these(words: str, shown: str) -> None:
    here = lab()
    typed(here, SETUP)
    loop = f'for i in {words}; do echo -n "[$i]"; done'
    assert typed(here, loop) == shown


def test_the_status_of_the_last_line_is_seen() -> None:
    here = lab()
    typed(here, "false")
    assert typed(here, "echo $?; echo $?") == "1\n0\n"


def test_a_name_is_set_for_the_shell_only() -> None:
    here = lab()
    typed(here, "A=1")
    assert typed(here, "echo $A") == "1\n"
    assert typed(here, "A=2; echo $A; unset A; echo [$A]") == "2\n[]\n"
    assert typed(here, "A=1 B=2; echo $A$B") == "12\n"


def test_a_job_leaves_its_number() -> None:
    here = lab()
    typed(here, "/srv/server &")
    assert typed(here, "kill -0 $!; echo $?") == "0\n"
    assert typed(here, "ps -o comm= -p $!") == "server\n"
