"""Randomness: a published generator, streams apart from each other."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.rng import Stream, Streams


def test_the_generator_is_splitmix64() -> None:
    """The first numbers of its reference implementation for the seed 1234567."""
    stream = Stream(1234567)
    assert [stream.next() for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_stream_belongs_to_an_actor_and_a_seed() -> None:
    numbers = {
        (seed, actor): Streams(seed).of(actor).next()
        for seed in (0, 1, -1)
        for actor in ("a", "b", "")
    }
    assert len(set(numbers.values())) == 9


def test_asking_again_goes_on_with_the_stream() -> None:
    streams = Streams(3)
    first, second = streams.of("a").next(), streams.of("a").next()
    fresh = Streams(3).of("a")
    assert (first, second) == (fresh.next(), fresh.next())


def test_what_one_draws_does_not_move_another() -> None:
    calm, busy = Streams(3), Streams(3)
    for _ in range(10):
        busy.of("b").next()
    assert calm.of("a").next() == busy.of("a").next()


@given(st.integers(), st.integers(1, 1000))
def test_numbers_are_below_the_bound(seed: int, bound: int) -> None:
    assert 0 <= Stream(seed).below(bound) < bound


@given(st.integers(), st.integers(0, 10**9), st.integers(0, 500))
def test_jitter_stays_within_its_bounds(seed: int, base: int, permille: int) -> None:
    moved = Stream(seed).jitter(base, permille)
    assert base * (1000 - permille) // 1000 <= moved
    assert moved <= base * (1000 + permille) // 1000


def test_no_jitter_moves_nothing() -> None:
    assert Stream(1).jitter(12345, 0) == 12345
