"""p50, p95 and ratios."""

from simulator.benchmarks.live import Figures


def test_ours_beside_others() -> None:
    figures = Figures()
    times = {"theirs": [0.002, 0.004], "ours": [0.001, 0.006], "bare": [0.001]}
    figures.compare("start", times, ours="ours", bars={"theirs": 1.0})
    shown = [(m.name, round(m.value, 3), m.unit, m.met) for m in figures.measures]
    assert shown == [
        ("start, theirs, p50", 2.0, "ms", True),
        ("start, theirs, p95", 4.0, "ms", True),
        ("start, ours, p50", 1.0, "ms", True),
        ("start, ours, p95", 6.0, "ms", True),
        ("start, bare, p50", 1.0, "ms", True),
        ("start, bare, p95", 1.0, "ms", True),
        ("start, ours to theirs, p50", 0.5, "ratio", True),
        ("start, ours to theirs, p95", 1.5, "ratio", False),
        ("start, ours to bare, p50", 1.0, "ratio", True),
        ("start, ours to bare, p95", 6.0, "ratio", True),
    ]


def test_without_ours_there_are_no_ratios() -> None:
    figures = Figures()
    figures.compare("start", {"theirs": [1.0]}, ours="ours", bars={})
    assert [measure.unit for measure in figures.measures] == ["ms", "ms"]


def test_a_reason_is_told_once() -> None:
    figures, more = Figures(notes=["a"]), Figures(notes=["a", "b"])
    figures.add(more)
    assert figures.notes == ["a", "b"]
