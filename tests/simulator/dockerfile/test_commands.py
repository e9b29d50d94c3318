"""RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK, in both forms."""

import pytest

from simulator.dockerfile.commands import duration_us
from tests.simulator.dockerfile.texts import advice, only, wrong


@pytest.mark.parametrize("keyword", ["RUN", "CMD", "ENTRYPOINT"])
def test_a_list_is_the_exec_form(keyword: str) -> None:
    found = only(f'{keyword} ["a", "b c", "\\"d\\""]')
    assert (found.words, found.is_exec) == (("a", "b c", '"d"'), True)


@pytest.mark.parametrize("keyword", ["RUN", "CMD", "ENTRYPOINT"])
def test_anything_else_is_the_shell_form(keyword: str) -> None:
    found = only(f"{keyword} a 'b c' $D")
    assert (found.words, found.is_exec) == (("a 'b c' $D",), False)


@pytest.mark.parametrize(
    "text", ["['a']", '["a",]', '["a" "b"]', '["a"', "[a]", '["a"] b', '["\\x"]']
)
def test_a_list_that_is_no_json_goes_to_the_shell(text: str) -> None:
    assert only(f"CMD {text}").words == (text,)
    assert only(f"CMD {text}").is_exec is False
    assert advice(f"CMD {text}") == [(2, "CMD", "JSONArgsRecommended")]


def test_an_empty_list_takes_the_command_back() -> None:
    assert (only("ENTRYPOINT []").words, only("ENTRYPOINT []").is_exec) == ((), True)


def test_a_shell_as_process_1_is_worth_a_word() -> None:
    assert advice("CMD python3 a.py") == [(2, "CMD", "JSONArgsRecommended")]
    assert advice('CMD ["python3", "a.py"]', "RUN a") == []


def test_an_instruction_that_counts_once() -> None:
    found = advice('CMD ["a"]', 'ENTRYPOINT ["b"]', 'CMD ["c"]', 'CMD ["d"]')
    rule = "MultipleInstructionsDisallowed"
    assert found == [(2, "CMD", rule), (4, "CMD", rule)]


def test_the_keyword_may_be_written_small() -> None:
    assert only("run a").keyword == "RUN"


def test_flags_of_run() -> None:
    found = only("RUN --mount=type=cache,target=/x --network=none  a --b=c")
    assert found.flags == (("mount", "type=cache,target=/x"), ("network", "none"))
    assert found.words == ("a --b=c",)
    assert (found.flag("network"), found.flag("security", "x")) == ("none", "x")


def test_wrong_flags() -> None:
    assert wrong("FROM a", "RUN --mout=x y", "CMD --b c", "COPY --from= a b") == [
        (2, "RUN", "unknown flag: --mout", "did you mean --mount?"),
        (4, "COPY", "missing a value on flag: --from", ""),
    ]
    assert wrong("FROM a", "RUN --zzz y") == [
        (2, "RUN", "unknown flag: --zzz", "one of: --mount, --network, --security")
    ]


def test_run_needs_a_command() -> None:
    for text in ("RUN", "RUN []", 'RUN [""]', "RUN --network=none"):
        assert wrong("FROM a", text) == [
            (2, "RUN", "RUN requires at least one argument", "")
        ]


def test_shell_takes_a_list_only() -> None:
    assert only('SHELL ["/bin/bash", "-c"]').words == ("/bin/bash", "-c")
    message = "SHELL requires the arguments to be in JSON form"
    hint = 'such as ["/bin/bash", "-c"]'
    for text in ("SHELL /bin/bash -c", "SHELL []", "SHELL"):
        assert wrong("FROM a", text) == [(2, "SHELL", message, hint)]


def test_a_health_check() -> None:
    found = only("HEALTHCHECK --interval=5s --retries=2 CMD curl -f http://a/")
    assert found.words == ("CMD",)
    assert found.flags == (("interval", "5s"), ("retries", "2"))
    assert found.inner is not None
    assert found.inner.words == ("curl -f http://a/",)


def test_a_health_check_in_exec_form_and_none() -> None:
    found = only('HEALTHCHECK cmd ["a", "b"]')
    assert found.inner is not None
    assert (found.inner.words, found.inner.is_exec) == (("a", "b"), True)
    assert only("HEALTHCHECK NONE").words == ("NONE",)
    assert only("HEALTHCHECK NONE").inner is None


def test_wrong_health_checks() -> None:
    found = wrong(
        "FROM a",
        "HEALTHCHECK NONE x",
        "HEALTHCHECK curl x",
        "HEALTHCHECK",
        "HEALTHCHECK CMD",
        "HEALTHCHECK --interval=5 --retries=x CMD a",
        "HEALTHCHECK --every=5s CMD a",
    )
    usage = "HEALTHCHECK [--flags] CMD command"
    assert [(line, message, hint) for line, _, message, hint in found] == [
        (2, "HEALTHCHECK NONE takes no arguments", ""),
        (3, "unknown type 'curl' in HEALTHCHECK (try CMD)", usage),
        (4, "unknown type '' in HEALTHCHECK (try CMD)", usage),
        (5, "missing command after HEALTHCHECK CMD", ""),
        (6, "--interval=5: invalid duration", "such as 30s, 1m30s or 500ms"),
        (6, "--retries=x: a whole number expected", "from 1 to 1000"),
        (
            7,
            "unknown flag: --every",
            (
                "one of: --interval, --timeout, --start-period, --start-interval, "
                "--retries"
            ),
        ),
    ]


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("30s", 30_000_000),
        ("1m30s", 90_000_000),
        ("500ms", 500_000),
        ("1.5s", 1_500_000),
        ("1h", 3_600_000_000),
        ("7us", 7),
        ("1500ns", 1),
        ("", None),
        ("30", None),
        ("s", None),
        ("1d", None),
    ],
)
def test_durations(text: str, us: int | None) -> None:
    assert duration_us(text) == us
