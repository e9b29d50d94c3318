"""ENV, ARG, LABEL, WORKDIR, USER, EXPOSE, STOPSIGNAL, MAINTAINER."""

import pytest

from simulator.dockerfile.settings import is_port
from tests.simulator.dockerfile.texts import advice, only, wrong


@pytest.mark.parametrize("keyword", ["ENV", "LABEL"])
def test_names_with_values(keyword: str) -> None:
    found = only(f"{keyword} A=1 B=\"two words\" C=three\\ words D='$x' E=")
    assert found.pairs == (
        ("A", "1"),
        ("B", '"two words"'),
        ("C", "three\\ words"),
        ("D", "'$x'"),
        ("E", ""),
    )


@pytest.mark.parametrize("keyword", ["ENV", "LABEL"])
def test_the_old_form_takes_the_rest_of_the_line(keyword: str) -> None:
    assert only(f"{keyword} A one = two").pairs == (("A", "one = two"),)
    found = advice(f"{keyword} A b")
    assert found == [(2, keyword, "LegacyKeyValueFormat")]


@pytest.mark.parametrize("keyword", ["ENV", "LABEL"])
def test_wrong_pairs(keyword: str) -> None:
    assert wrong(
        "FROM a", keyword, f"{keyword} A", f"{keyword} A=b c", f"{keyword} =x"
    ) == [
        (2, keyword, f"{keyword} requires at least one argument", ""),
        (3, keyword, f"{keyword} must have two arguments", ""),
        (
            4,
            keyword,
            "can't find = in 'c'",
            "each must be name=value; put quotes around a value with spaces",
        ),
        (5, keyword, f"{keyword} names can not be blank", ""),
    ]


def test_arguments_with_and_without_a_default() -> None:
    found = only('ARG A B=1 C="x y" D=')
    assert found.pairs == (("A", None), ("B", "1"), ("C", '"x y"'), ("D", ""))


def test_wrong_arguments() -> None:
    assert wrong("FROM a", "ARG", "ARG 1x", "ARG =y") == [
        (2, "ARG", "ARG requires at least one argument", ""),
        (3, "ARG", "'1x' is not the name of a variable", ""),
        (4, "ARG", "'' is not the name of a variable", ""),
    ]


@pytest.mark.parametrize("name", ["PASSWORD", "db_password", "API_TOKEN", "secret"])
def test_secrets_stay_readable(name: str) -> None:
    rule = "SecretsUsedInArgOrEnv"
    assert advice(f"ENV {name}=x") == [(2, "ENV", rule)]
    assert advice(f"ARG {name}") == [(2, "ARG", rule)]


def test_a_key_in_a_word_is_no_secret() -> None:
    assert advice("ENV KEYBOARD=x MONKEYS=y") == []


@pytest.mark.parametrize("keyword", ["WORKDIR", "USER", "STOPSIGNAL"])
def test_exactly_one_argument(keyword: str) -> None:
    assert wrong("FROM a", keyword) == [
        (2, keyword, f"{keyword} requires exactly one argument", "")
    ]


def test_a_directory_may_hold_spaces() -> None:
    assert only("WORKDIR /a b").words == ("/a b",)
    assert only("USER app:app").words == ("app:app",)


@pytest.mark.parametrize("signal", ["SIGTERM", "term", "KILL", "9", "64", "$SIG"])
def test_signals(signal: str) -> None:
    assert only(f"STOPSIGNAL {signal}").words == (signal,)


@pytest.mark.parametrize("signal", ["FOO", "65", "0", "-1", "9" * 50, "\u0663"])
def test_wrong_signals(signal: str) -> None:
    hint = "a name such as SIGTERM, or a number"
    assert wrong("FROM a", f"STOPSIGNAL {signal}") == [
        (2, "STOPSIGNAL", f"invalid signal: {signal}", hint)
    ]


def test_ports() -> None:
    assert only("EXPOSE 80 53/udp 8000-8010/tcp $PORT").words == (
        "80",
        "53/udp",
        "8000-8010/tcp",
        "$PORT",
    )
    assert [is_port(p) for p in ("65535", "65536", "9-8", "1/icmp", "x", "")] == [
        True,
        False,
        False,
        False,
        False,
        False,
    ]


def test_wrong_ports() -> None:
    assert wrong("FROM a", "EXPOSE", "EXPOSE 80a") == [
        (2, "EXPOSE", "EXPOSE requires at least one argument", ""),
        (
            3,
            "EXPOSE",
            "invalid containerPort: 80a",
            "such as 8080, 53/udp or 8000-8010",
        ),
    ]


def test_an_old_instruction() -> None:
    assert only("MAINTAINER somebody").words == ("somebody",)
    assert advice("MAINTAINER x") == [(2, "MAINTAINER", "MaintainerDeprecated")]
