import pytest

from tests.simulator.lab.labs import answered, lab, typed


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("cd /srv; pwd", "/srv\n", 0),
        ("cd /srv/../usr/./bin; pwd", "/usr/bin\n", 0),
        ("cd; pwd", "/root\n", 0),
        ("cd /srv/app", "cd: /srv/app: Not a directory\n", 1),
        ("cd /no", "cd: /no: No such file or directory\n", 1),
        ("cd /..; pwd", "/\n", 0),
        ("echo -n a; echo b", "ab\n", 0),
        ("echo -e 'a\\tb'", "a\tb\n", 0),
        ("echo 'a\\tb'", "a\\tb\n", 0),
        ("printf '%s-%s\\n' a b", "a-b\n", 0),
        ("printf '%s\\n' a b", "a\nb\n", 0),
        ("printf '%d%%\\n' 5", "5%\n", 0),
        ("printf '%d\\n'", "0\n", 0),
        ("printf 'x\\n' a", "x\n", 0),
        ("printf '%x' a", "printf: `x': invalid format character\n", 1),
        ("printf", "printf: usage: printf [-v var] format [arguments]\n", 2),
        ("export A=1; echo $A; unset A; echo $A", "1\n\n", 0),
        ("export A=1; export | grep -w A", 'declare -x A="1"\n', 0),
        ("export A", "", 0),
        ("export 1=2", "export: `1=2': not a valid identifier\n", 1),
        (":", "", 0),
        ("test a", "", 0),
        ("test", "", 1),
        ("test -n ''", "", 1),
        ("test -z ''", "", 0),
        ("[ a = a ]", "", 0),
        ("[ a == b ]", "", 1),
        ("[ a != b ]", "", 0),
        ("[ ! a = a ]", "", 1),
        ("[ 2 -eq 2 ]", "", 0),
        ("[ 2 -ne 2 ]", "", 1),
        ("[ 2 -lt 3 ]", "", 0),
        ("[ 2 -le 2 ]", "", 0),
        ("[ 2 -gt 3 ]", "", 1),
        ("[ 2 -ge 3 ]", "", 1),
        ("[ a -eq 2 ]", "[: integer expression expected\n", 2),
        ("[ a b c d ]", "[: too many arguments\n", 2),
        ("[ a", "[: missing `]'\n", 2),
        ("[ -d /srv ]", "", 0),
        ("[ -f /srv ]", "", 1),
        ("[ -f /srv/app ]", "", 0),
        ("[ -e /srv ]", "", 0),
        ("[ -e /no ]", "", 1),
        ("type cd ls", "cd is a shell builtin\nls is /usr/bin/ls\n", 0),
        ("type no", "type: no: not found\n", 1),
        ("command -v cd ls no", "cd\n/usr/bin/ls\n", 1),
        ("exit x", "exit: x: numeric argument required\n", 2),
        ("jobs", "", 0),
        ("wait", "", 0),
        ("wait 999", "", 0),
        ("time", "", 0),
        ("time sleep 61.5", "\nreal\t1m1.500s\nbusy\t0m0.000s\n", 0),
        ("time /srv/busy", "\nreal\t0m2.000s\nbusy\t0m2.000s\n", 3),
        (
            "time nothing",
            "bash: nothing: command not found\n\nreal\t0m0.000s\nbusy\t0m0.000s\n",
            127,
        ),
        ("time false", "\nreal\t0m0.000s\nbusy\t0m0.000s\n", 1),
        ("sh -c 'echo a; exit 3'", "a\n", 3),
        ("sh -c", "sh: -c: option requires an argument\n", 2),
        ("sh -c '| a'", "sh: syntax error near unexpected token `|'\n", 2),
        ("sh -c 'a |'", "sh: syntax error: unexpected end of file\n", 2),
        ("echo 'echo hi' | sh", "hi\n", 0),
        ("echo 'echo hi' > /tmp/s; sh /tmp/s", "hi\n", 0),
        ("sh /no", "sh: /no: No such file or directory\n", 127),
        ("sh -c 'cd /srv; pwd'; pwd", "/srv\n/\n", 0),
    ],
)
def test_the_shell_does_this_itself(line: str, text: str, status: int) -> None:
    assert answered(lab(), line) == (text, status)


def test_help_lists_what_this_machine_has() -> None:
    here = lab()
    text = typed(here, "help")
    assert "Programs of server" in text
    words = text.split()
    assert {"cd", "ps", "wine"} <= set(words)
    assert "docker" not in words
    typed(here, "rm /usr/bin/ps")
    assert "ps" not in typed(here, "help").split()
    assert answered(here, "ps") == ("bash: ps: command not found\n", 127)


def test_a_loop_ends_with_its_shell() -> None:
    assert answered(lab(), "for i in 1 2; do exit 5; done") == ("", 5)
    assert answered(lab(), "exit 5; echo never") == ("", 5)
