from tests.bench.statistics import milliseconds, percentile


def test_nearest_rank() -> None:
    samples = [0.004, 0.001, 0.003, 0.002]
    assert percentile(samples, 0.5) == 0.002
    assert percentile(samples, 0.95) == 0.004
    assert percentile(samples, 0.0) == 0.001
    assert percentile([7.0], 0.95) == 7.0


def test_in_words() -> None:
    assert milliseconds([n / 1000 for n in range(1, 101)]) == "50.0 / 95.0 ms"
