"""The strict parser alone: what it reads, and what it says of what it does not."""

import io
from typing import Any

import pytest
from rest_framework.exceptions import ParseError

from trapframe.api.parsers import MAX_BYTES, BodyTooLargeError, StrictJSONParser


def parse(body: bytes) -> Any:
    return StrictJSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{}", {}),
        (b'{"a": [1, 2.5, null, true, "\\u00e9"]}', {"a": [1, 2.5, None, True, "é"]}),
        ('{"ключ": "значение"}'.encode(), {"ключ": "значение"}),
        (b'{"face": "\\ud83d\\ude00"}', {"face": "😀"}),
        (b' [{"a": 1}, {"a": 2}] ', [{"a": 1}, {"a": 2}]),
    ],
)
def test_what_it_reads(body: bytes, expected: Any) -> None:
    assert parse(body) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value"),
        (b"{'a': 1}", "double quotes"),
        (b'{"a": 1} x', "Extra data"),
        (b'{"a": Infinity}', "Infinity is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": {"b": 1, "b": 1}}', "stands twice"),
        (b'["\\udc00"]', "surrogates"),
        (b'{"\\ud800": 1}', "surrogates"),
        (b"\x80", "utf-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_it_refuses_and_why(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body)


def test_it_reads_up_to_its_limit() -> None:
    text = b'"' + b"x" * (MAX_BYTES - 2) + b'"'

    assert len(parse(text)) == MAX_BYTES - 2
    with pytest.raises(BodyTooLargeError, match="256 KiB"):
        parse(text + b" ")
