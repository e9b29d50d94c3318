import pytest
from django.core.cache import cache

from trapframe.accounts.throttle import Throttle

THREE = Throttle("three", limit=3, seconds=60)


def test_it_closes_at_the_limit() -> None:
    states = []
    for _ in range(4):
        states.append(THREE.is_closed("a"))
        THREE.count("a")
    assert states == [False, False, False, True]


def test_keys_and_names_are_counted_apart() -> None:
    for _ in range(3):
        THREE.count("a", "b")
    assert THREE.is_closed("a", "b")
    assert not THREE.is_closed("b", "a")
    assert not THREE.is_closed("ab")
    assert not Throttle("other", limit=3, seconds=60).is_closed("a", "b")


def test_clearing_opens_it() -> None:
    for _ in range(3):
        THREE.count("a")
    THREE.clear("a")
    assert not THREE.is_closed("a")


def test_the_window_starts_with_the_first_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows = []
    add = cache.add

    def noted(key: str, value: int, seconds: int) -> bool:
        windows.append(seconds)
        return add(key, value, seconds)

    monkeypatch.setattr(cache, "add", noted)
    THREE.count("a")
    THREE.count("a")
    assert windows == [60, 60]  # the second finds the first one's window and leaves it
    assert cache.get(THREE._key(("a",))) == 2


def test_a_window_that_ends_while_counting_starts_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "add", lambda *_: False)
    THREE.count("gone")
    assert cache.get(THREE._key(("gone",))) == 1


def test_what_people_type_is_not_in_the_keys() -> None:
    THREE.count("secret name")
    assert "secret name" not in THREE._key(("secret name",))
