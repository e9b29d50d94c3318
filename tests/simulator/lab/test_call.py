"""Options of commands, as getopt_long reads them."""

import pytest

from simulator.lab.call import CommandError, Options, options


def read(line: str, *, stops: bool = False) -> Options:
    flags = ("a", "b", "all", "brief")
    return options(line.split(), flags, ("n", "o", "name"), stops=stops)


@pytest.mark.parametrize(
    ("line", "flags", "values", "rest"),
    [
        ("", set(), {}, []),
        ("x y", set(), {}, ["x", "y"]),
        ("-a", {"a"}, {}, []),
        ("-ab", {"a", "b"}, {}, []),
        ("-a -b x", {"a", "b"}, {}, ["x"]),
        ("x -a", {"a"}, {}, ["x"]),
        ("--all", {"all"}, {}, []),
        ("--all --brief", {"all", "brief"}, {}, []),
        ("-n 5", set(), {"n": ["5"]}, []),
        ("-n5", set(), {"n": ["5"]}, []),
        ("-n=5", set(), {"n": ["5"]}, []),
        ("-an5", {"a"}, {"n": ["5"]}, []),
        ("-n 5 -n 6", set(), {"n": ["5", "6"]}, []),
        ("--name x", set(), {"name": ["x"]}, []),
        ("--name=x", set(), {"name": ["x"]}, []),
        ("--name=", set(), {"name": [""]}, []),
        ("--name=a=b", set(), {"name": ["a=b"]}, []),
        ("-- -a", set(), {}, ["-a"]),
        ("x -- -a", set(), {}, ["x", "-a"]),
        ("-", set(), {}, ["-"]),
        ("-n -a", set(), {"n": ["-a"]}, []),
    ],
)
def test_what_is_read(
    line: str, flags: set[str], values: dict[str, list[str]], rest: list[str]
) -> None:
    found = read(line)
    assert (found.flags, found.values, found.rest) == (flags, values, rest)


@pytest.mark.parametrize(
    ("line", "flags", "rest"),
    [
        ("-a x -b", {"a"}, ["x", "-b"]),
        ("x -a --nothing", set(), ["x", "-a", "--nothing"]),
        ("-a -- -b", {"a"}, ["-b"]),
    ],
)
def test_the_first_word_can_end_them(
    line: str, flags: set[str], rest: list[str]
) -> None:
    found = read(line, stops=True)
    assert (found.flags, found.rest) == (flags, rest)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-x", "invalid option -- 'x'"),
        ("-ax", "invalid option -- 'x'"),
        ("--none", "unrecognized option '--none'"),
        ("--none=1", "unrecognized option '--none'"),
        ("-n", "option requires an argument -- 'n'"),
        ("-an", "option requires an argument -- 'n'"),
        ("--name", "option '--name' requires an argument"),
    ],
)
def test_what_is_wrong(line: str, message: str) -> None:
    with pytest.raises(CommandError) as caught:
        read(line)
    assert (caught.value.message, caught.value.status) == (message, 2)


def test_the_last_value_counts() -> None:
    found = read("-n 1 --name a -n 2 -o 3")
    assert found.value("n") == "2"
    assert found.value("o", "n") == "2"
    assert found.value("name") == "a"
    assert found.value("x") is None


def test_one_of_several_names() -> None:
    found = read("-a --brief")
    assert found.has("a")
    assert found.has("all", "a")
    assert found.has("b", "brief")
    assert not found.has("b", "all")
