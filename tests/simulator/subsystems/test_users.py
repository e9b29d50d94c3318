"""Users: what a namespace calls them, and what they may do where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.subsystems.users import (
    ALL_CAPABILITIES,
    CAPABILITIES,
    CONTAINER_CAPABILITIES,
    OVERFLOW_UID,
    Credentials,
    IdRange,
    UserNamespace,
)

HOST = UserNamespace(1)
RANGE = (IdRange(0, 100_000, 65_536),)


BOX = UserNamespace(2, HOST, 0, RANGE)
NESTED = UserNamespace(3, BOX, 101_000, (IdRange(0, 1000, 10), IdRange(10, 2000, 5)))


@pytest.mark.parametrize("uid", [0, 1, 1000, 65_534, 2**32 - 2])
def test_the_first_namespace_changes_nothing(uid: int) -> None:
    assert (HOST.to_kernel(uid), HOST.from_kernel(uid)) == (uid, uid)


@pytest.mark.parametrize(
    ("uid", "kernel"), [(0, 100_000), (1000, 101_000), (65_535, 165_535)]
)
def test_a_range_maps_number_by_number(uid: int, kernel: int) -> None:
    assert BOX.to_kernel(uid) == kernel
    assert BOX.from_kernel(kernel) == uid


@pytest.mark.parametrize("uid", [65_536, 100_000])
def test_a_number_outside_the_range_is_nobody_outside(uid: int) -> None:
    assert BOX.to_kernel(uid) is None


@pytest.mark.parametrize("kernel", [0, 99_999, 165_536])
def test_a_user_without_a_number_here_is_seen_as_nobody(kernel: int) -> None:
    assert BOX.from_kernel(kernel) == OVERFLOW_UID == 65_534


@pytest.mark.parametrize(
    ("uid", "kernel"), [(0, 101_000), (9, 101_009), (10, 102_000), (14, 102_004)]
)
def test_maps_of_nested_namespaces_are_applied_one_after_the_other(
    uid: int, kernel: int
) -> None:
    assert NESTED.to_kernel(uid) == kernel
    assert NESTED.from_kernel(kernel) == uid


def test_what_the_outer_map_does_not_have_the_inner_one_has_not_either() -> None:
    far = UserNamespace(3, BOX, 0, (IdRange(0, 70_000, 10),))
    assert far.to_kernel(0) is None
    assert far.from_kernel(170_000) == OVERFLOW_UID


def test_a_namespace_without_a_map_knows_nobody() -> None:
    empty = UserNamespace(3, HOST, 0, ())
    assert (empty.to_kernel(0), empty.from_kernel(0)) == (None, OVERFLOW_UID)


@settings(deadline=None)
@given(st.integers(0, 200_000), st.integers(1, 70_000), st.integers(0, 300_000))
def test_there_and_back_again(outside: int, count: int, kernel: int) -> None:
    namespace = UserNamespace(2, HOST, 0, (IdRange(0, outside, count),))
    seen = namespace.from_kernel(kernel)
    if outside <= kernel < outside + count:
        assert namespace.to_kernel(seen) == kernel
    else:
        assert seen == OVERFLOW_UID


def test_which_namespace_is_within_which() -> None:
    assert [NESTED.is_within(other) for other in (NESTED, BOX, HOST)] == [True] * 3
    assert [HOST.is_within(other) for other in (HOST, BOX, NESTED)] == [
        True,
        False,
        False,
    ]


class TestMay:
    """user_namespaces(7): a capability counts at home and further inside."""

    def test_root_may_everything_at_home_and_inside(self) -> None:
        root = Credentials(0, HOST)
        assert [root.may(name, HOST) for name in CAPABILITIES] == [True] * 22
        assert root.may("SYS_ADMIN", BOX)
        assert root.may("SYS_ADMIN", NESTED)

    def test_root_inside_may_nothing_outside(self) -> None:
        root = Credentials(100_000, BOX)
        assert root.may("SYS_ADMIN", BOX)
        assert root.may("SYS_ADMIN", NESTED)
        assert not root.may("SYS_ADMIN", HOST)

    def test_one_who_lacks_it_lacks_it_inside_too(self) -> None:
        poor = Credentials(7, HOST).with_capabilities({"KILL"})
        assert (poor.may("KILL", BOX), poor.may("CHOWN", BOX)) == (True, False)
        assert poor.capabilities == frozenset({"KILL"})
        assert (poor.uid, poor.user) == (7, HOST)

    def test_whoever_made_a_namespace_has_all_in_it(self) -> None:
        maker = Credentials(101_000, BOX, frozenset())
        assert maker.may("SYS_ADMIN", NESTED)
        assert not maker.may("SYS_ADMIN", BOX)

    def test_another_user_of_the_same_namespace_has_not(self) -> None:
        other = Credentials(101_001, BOX, frozenset())
        assert not other.may("SYS_ADMIN", NESTED)

    def test_the_maker_has_all_further_inside_as_well(self) -> None:
        maker = Credentials(0, HOST, frozenset())
        assert maker.may("SYS_ADMIN", BOX)
        assert maker.may("SYS_ADMIN", NESTED)

    def test_what_an_ordinary_user_may_by_himself(self) -> None:
        user = Credentials(1000, HOST, frozenset())
        assert not any(user.may(name, HOST) for name in CAPABILITIES)


def test_what_a_user_is_called_inside() -> None:
    assert Credentials(100_007, BOX).uid_inside == 7
    assert Credentials(0, BOX).uid_inside == OVERFLOW_UID
    assert Credentials(1000, HOST).uid_inside == 1000


def test_a_containers_capabilities_are_some_of_all() -> None:
    assert set(CONTAINER_CAPABILITIES) < ALL_CAPABILITIES == frozenset(CAPABILITIES)
    kept_back = {"SYS_ADMIN", "NET_ADMIN", "SYS_MODULE", "SYS_TIME", "SYS_BOOT"}
    assert kept_back.isdisjoint(CONTAINER_CAPABILITIES)


def test_credentials_hold_all_unless_told() -> None:
    assert Credentials(0, HOST).capabilities == ALL_CAPABILITIES
