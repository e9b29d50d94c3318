import pytest

from simulator.lab.columns import binary, decimal, span, table


def test_columns_start_below_each_other() -> None:
    assert table([("A", "BB"), ("aaa", "b")]) == ["A     BB", "aaa   b"]
    assert table([("A", ""), ("a", "b")], gap=0, least=3) == ["A", "a  b"]
    assert table([]) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (150, "2 minutes"),
        (3600, "About an hour"),
        (7300, "2 hours"),
        (47 * 3600, "47 hours"),
        (49 * 3600, "2 days"),
        (15 * 86_400, "2 weeks"),
    ],
)
def test_spans_in_words(seconds: int, text: str) -> None:
    assert span(seconds * 1_000_000 + 999_999) == text


@pytest.mark.parametrize(
    ("kib", "text"),
    [(0, "0B"), (8192, "8.39MB"), (182 * 1024, "191MB"), (2 * 1024**2, "2.15GB")],
)
def test_decimal_sizes(kib: int, text: str) -> None:
    assert decimal(kib) == text


@pytest.mark.parametrize(
    ("kib", "text"),
    [
        (0, "0KiB"),
        (8192, "8MiB"),
        (7808, "7.625MiB"),
        (16 * 1024**2, "16GiB"),
        (3 * 1024**3, "3TiB"),
    ],
)
def test_binary_sizes(kib: int, text: str) -> None:
    assert binary(kib) == text
