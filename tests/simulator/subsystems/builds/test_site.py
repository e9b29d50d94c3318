"""One command as its program sees it: options, operands, complaints."""

from typing import Any

import pytest

from simulator.subsystems.builds.site import Call


def call(*argv: str, with_value: tuple[str, ...] = ()) -> tuple[dict[str, str], Any]:
    nothing: Any = None
    found = Call(list(argv), nothing, nothing, {}, "/", 0)
    return found.split(*with_value)


@pytest.mark.parametrize(
    ("argv", "options", "operands"),
    [
        (("rm",), {}, []),
        (("rm", "a", "b"), {}, ["a", "b"]),
        (("rm", "-r", "a"), {"-r": ""}, ["a"]),
        (("rm", "-rf", "a"), {"-r": "", "-f": ""}, ["a"]),
        (("rm", "a", "-r"), {"-r": ""}, ["a"]),
        (("rm", "--", "-r"), {}, ["-r"]),
        (("rm", "-r", "--", "-f", "a"), {"-r": ""}, ["-f", "a"]),
        (("x", "--long"), {"--long": ""}, []),
        (("x", "--long=a=b"), {"--long": "a=b"}, []),
        (("x", "-"), {}, ["-"]),
        (("x", ""), {}, [""]),
    ],
)
def test_options_and_operands(
    argv: tuple[str, ...], options: dict[str, str], operands: list[str]
) -> None:
    assert call(*argv) == (options, operands)


@pytest.mark.parametrize(
    ("argv", "options", "operands"),
    [
        (("curl", "-o", "f", "u"), {"-o": "f"}, ["u"]),
        (("curl", "-of", "u"), {"-o": "f"}, ["u"]),
        (("curl", "-fsSo", "f", "u"), {"-f": "", "-s": "", "-S": "", "-o": "f"}, ["u"]),
        (("curl", "u", "-o"), {"-o": ""}, ["u"]),
        (("curl", "--output", "f", "u"), {"--output": "f"}, ["u"]),
        (("curl", "--output=f", "u"), {"--output": "f"}, ["u"]),
        (("curl", "-so"), {"-s": "", "-o": ""}, []),
    ],
)
def test_options_that_take_a_value(
    argv: tuple[str, ...], options: dict[str, str], operands: list[str]
) -> None:
    assert call(*argv, with_value=("-o", "--output")) == (options, operands)


def test_a_complaint_is_kept_and_its_status_given_back() -> None:
    nothing: Any = None
    found = Call(["x"], nothing, nothing, {}, "/", 0)
    assert found.fail(3, "first") == 3
    assert found.fail(4, "second") == 4
    assert found.err == ["first", "second"]
    assert found.out == []
