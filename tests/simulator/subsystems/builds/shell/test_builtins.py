"""Commands that the shell carries out itself."""

import pytest

from tests.simulator.subsystems.builds.yards import carried_out, executed, ran, written


@pytest.mark.parametrize(
    ("test", "status"),
    [
        ("-f README.md", 0),
        ("-f src", 1),
        ("-f /nowhere", 1),
        ("-d src", 0),
        ("-d README.md", 1),
        ("-e src", 0),
        ("-e /nowhere", 1),
        ("-x /srv/tool", 0),
        ("-x README.md", 1),
        ("-s README.md", 0),
        ("-s /nowhere", 1),
        ("-s /srv/tool", 0),
        ("-n a", 0),
        ("-n ''", 1),
        ("-z ''", 0),
        ("-z a", 1),
        ("a = a", 0),
        ("a == b", 1),
        ("a != b", 0),
        ("a != a", 1),
        ("a", 0),
        ("''", 1),
        ("! -f README.md", 1),
        ("! -f /nowhere", 0),
        ("! a", 1),
        ("1 -lt 2", 2),
        ("-q a", 2),
    ],
)
def test_conditions(test: str, status: int) -> None:
    assert ran(f"test {test}")[0] == status
    assert ran(f"[ {test} ]")[0] == status


def test_an_empty_file_has_no_content() -> None:
    assert ran("touch /a; [ -s /a ]")[0] == 1


def test_a_bracket_must_be_closed() -> None:
    assert ran("[ -f a") == (2, "/bin/sh: [: missing ]")


def test_what_is_not_known_is_said() -> None:
    assert ran("test 1 -lt 2") == (2, "/bin/sh: test: 1 -lt 2: unknown")


def test_options() -> None:
    assert written("set; set +o errexit; set x; echo a > /out") == "a\n"
    assert ran("set -eu; false; true")[0] == 1
    assert ran("set -o; true")[0] == 0


def test_builtins_are_no_processes() -> None:
    line = "echo a; cd /; pwd; true; :; test a; [ a ]; printf a; set -e; umask 0"
    assert executed(carried_out(f"FROM kit\nRUN {line}")) == ["/bin/sh"]
