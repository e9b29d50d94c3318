"""Cores: fair shares, weights, quotas, virtual cores; the time given out adds up."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import Engine, Task, Work
from simulator.subsystems.cpu import POLICIES, Cores, CpuGroup
from simulator.subsystems.sharing import CORE

MS = 1000


class Bench:
    """Some cores, and a record of when each piece of work on them ended."""

    def __init__(self, count: int = 1, policy: str = "fair") -> None:
        self.engine = Engine()
        self.cores = Cores(self.engine, count, policy)
        self.ended: dict[str, int] = {}

    def group(self, name: str, weight: int = 100) -> CpuGroup:
        group = CpuGroup(name, self.cores.group)
        group.weight = weight
        return group

    def work(
        self,
        name: str,
        span: int,
        group: CpuGroup | None = None,
        *,
        start: int = 0,
        cores: Cores | None = None,
    ) -> Task:
        def steps() -> Work:
            yield start
            yield from (cores or self.cores).use(span, group)
            self.ended[name] = self.engine.now

        return self.engine.spawn(steps())

    def at(self, moment: int, action: Work) -> None:
        def steps() -> Work:
            yield moment
            yield from action

        self.engine.spawn(steps())

    def run(self) -> dict[str, int]:
        self.engine.run()
        return self.ended


def test_alone_on_a_core_work_takes_its_time() -> None:
    bench = Bench()
    bench.work("a", 10)
    assert bench.run() == {"a": 10}
    assert bench.engine.used()["steps"] == 3


def test_as_many_as_there_are_cores_do_not_wait() -> None:
    bench = Bench(3)
    for name in "abc":
        bench.work(name, 10)
    assert bench.run() == {"a": 10, "b": 10, "c": 10}


def test_two_on_one_core_have_half_each() -> None:
    bench = Bench()
    bench.work("a", 10)
    bench.work("b", 4)
    assert bench.run() == {"b": 8, "a": 14}
    assert bench.cores.busy_us == 14


def test_one_that_comes_later_slows_down_what_runs() -> None:
    bench = Bench()
    bench.work("a", 10)
    bench.work("b", 2, start=4)
    assert bench.run() == {"b": 8, "a": 12}


def test_one_that_leaves_makes_room() -> None:
    bench = Bench()
    bench.work("a", 10)
    bench.work("b", 3)
    bench.work("c", 10, start=20)
    assert bench.run() == {"b": 6, "a": 13, "c": 30}


def test_four_threads_on_two_cores() -> None:
    bench = Bench(2)
    for name in "abcd":
        bench.work(name, 10)
    assert bench.run() == {"a": 20, "b": 20, "c": 20, "d": 20}


def test_first_come_first_served() -> None:
    bench = Bench(2, "fifo")
    for name, span in (("a", 10), ("b", 4), ("c", 3), ("d", 5)):
        bench.work(name, span)
    assert bench.run() == {"b": 4, "c": 7, "a": 10, "d": 12}
    assert bench.cores.busy_us == 22


def test_groups_get_their_weights() -> None:
    bench = Bench()
    heavy, light = bench.group("heavy", 200), bench.group("light", 100)
    bench.work("a", 20, heavy)
    bench.work("b", 20, light)
    assert bench.run() == {"a": 30, "b": 40}


def test_weights_do_nothing_while_a_core_idles() -> None:
    bench = Bench(2)
    heavy, light = bench.group("heavy", 10_000), bench.group("light", 1)
    bench.work("a", 20, heavy)
    bench.work("b", 20, light)
    assert bench.run() == {"a": 20, "b": 20}


def test_all_alike_whatever_their_weight() -> None:
    bench = Bench(1, "equal")
    heavy, light = bench.group("heavy", 200), bench.group("light", 100)
    bench.work("a", 20, heavy)
    bench.work("b", 20, light)
    assert bench.run() == {"a": 40, "b": 40}


def test_a_group_of_many_threads_has_one_groups_share() -> None:
    bench = Bench()
    many, one = bench.group("many"), bench.group("one")
    for name in "abc":
        bench.work(name, 10, many)
    bench.work("d", 10, one)
    assert bench.run() == {"d": 20, "a": 40, "b": 40, "c": 40}


def test_a_thread_without_a_group_stands_beside_groups() -> None:
    bench = Bench()
    group = bench.group("g", 300)
    bench.work("a", 30, group)
    bench.work("b", 30)
    assert bench.run() == {"a": 40, "b": 60}


def test_groups_in_groups() -> None:
    bench = Bench()
    outer, other = bench.group("outer"), bench.group("other")
    inner = [CpuGroup(name, outer) for name in ("x", "y")]
    bench.work("a", 10, inner[0])
    bench.work("b", 10, inner[1])
    bench.work("c", 20, other)
    assert bench.run() == {"a": 40, "b": 40, "c": 40}
    assert (outer.usage_us, inner[0].usage_us, other.usage_us) == (20, 10, 20)


def test_four_threads_under_a_quota_of_one_core_run_25_and_stall_75() -> None:
    bench = Bench(4)
    group = bench.group("g")
    group.set_quota(100 * MS, 100 * MS)
    for name in "abcd":
        bench.work(name, 50 * MS, group)
    assert bench.run() == dict.fromkeys("abcd", 125 * MS)
    assert group.stat() == {
        "usage_us": 200 * MS,
        "nr_periods": 1,
        "nr_throttled": 1,
        "throttled_us": 75 * MS,
    }


def test_a_quarter_of_a_core() -> None:
    bench = Bench(2)
    group = bench.group("g")
    group.set_quota(25 * MS, 100 * MS)
    bench.work("a", 500 * MS, group)
    assert bench.run() == {"a": 1925 * MS}
    assert group.stat() == {
        "usage_us": 500 * MS,
        "nr_periods": 19,
        "nr_throttled": 19,
        "throttled_us": 19 * 75 * MS,
    }


def test_a_quota_that_nobody_reaches_costs_no_steps() -> None:
    bench = Bench(2)
    group = bench.group("g")
    group.set_quota(150 * MS, 100 * MS)
    bench.work("a", 1000 * MS, group)
    assert bench.run() == {"a": 1000 * MS}
    assert group.stat()["nr_periods"] == 10
    assert group.stat()["nr_throttled"] == 0
    assert bench.engine.used()["steps"] <= 6


def test_a_quota_holds_although_cores_idle() -> None:
    bench = Bench(8)
    group = bench.group("g")
    group.set_quota(50 * MS, 100 * MS)
    bench.work("a", 100 * MS, group)
    assert bench.run() == {"a": 150 * MS}


def test_a_quota_of_a_group_that_waits_is_no_moment_to_wait_for() -> None:
    steps = []
    for quota in (None, 50 * MS):
        bench = Bench(1, "fifo")
        waits = bench.group("waits")
        if quota is not None:
            waits.set_quota(quota, 100 * MS)
        bench.work("a", 1000 * MS)
        bench.work("b", 40 * MS, waits)
        assert bench.run() == {"a": 1000 * MS, "b": 1040 * MS}
        steps.append(bench.engine.used()["steps"])
    assert steps[0] == steps[1]


def test_a_period_begins_anew_after_a_rest() -> None:
    bench = Bench(2)
    group = bench.group("g")
    group.set_quota(50 * MS, 100 * MS)
    bench.work("a", 50 * MS, group)
    bench.work("b", 60 * MS, group, start=230 * MS)
    assert bench.run() == {"a": 50 * MS, "b": 340 * MS}
    assert group.stat()["nr_periods"] == 2


def test_work_inside_a_period_has_what_is_left_of_it() -> None:
    bench = Bench(2)
    group = bench.group("g")
    group.set_quota(50 * MS, 100 * MS)
    bench.work("a", 40 * MS, group)
    bench.work("b", 20 * MS, group, start=60 * MS)
    assert bench.run() == {"a": 40 * MS, "b": 110 * MS}


def test_a_quota_set_while_work_runs() -> None:
    bench = Bench(2)
    group = bench.group("g")
    bench.work("a", 100 * MS, group)

    def limit() -> Work:
        group.set_quota(10 * MS, 100 * MS)
        bench.cores.change()
        yield 0

    bench.at(50 * MS, limit())
    assert bench.run() == {"a": 460 * MS}
    assert group.usage_us == 100 * MS


def test_a_frozen_group_stands_still_and_goes_on() -> None:
    bench = Bench(2)
    group = bench.group("g")
    bench.work("a", 10, group)

    def freeze() -> Work:
        group.frozen = True
        bench.cores.change()
        yield 100
        group.frozen = False
        bench.cores.change()

    bench.at(4, freeze())
    assert bench.run() == {"a": 110}


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_frozen_for_good_keeps_no_run_going(policy: str) -> None:
    bench = Bench(2, policy)
    group = bench.group("g")
    group.frozen = True
    bench.work("a", 10, group)
    bench.work("b", 10)
    assert bench.run() == {"b": 10}
    assert group.usage_us == 0


@pytest.mark.parametrize("policy", ["fair", "fifo"])
def test_virtual_cores_bound_a_guest(policy: str) -> None:
    bench = Bench(4, policy)
    guest = bench.cores.part("guest", 2)
    for name in "abcd":
        bench.work(name, 10, cores=guest)
    ended = bench.run()
    assert max(ended.values()) == 20
    assert (guest.count, guest.busy_us, guest.group.steal_us) == (2, 40, 0)
    assert bench.cores.busy_us == 40


def test_steal_is_what_a_virtual_core_wanted_and_did_not_get() -> None:
    bench = Bench(1)
    guests = [bench.cores.part(name, 1) for name in ("x", "y")]
    bench.work("a", 10, cores=guests[0])
    bench.work("b", 30, cores=guests[1])
    assert bench.run() == {"a": 20, "b": 40}
    assert [guest.group.steal_us for guest in guests] == [10, 10]


def test_a_part_without_a_bound_sees_all_cores() -> None:
    cores = Bench(4).cores
    assert (cores.count, cores.part("host").count) == (4, 4)


def test_a_quota_of_a_group_in_a_guest() -> None:
    bench = Bench(4)
    guest = bench.cores.part("guest", 2)
    box = CpuGroup("box", guest.group)
    box.set_quota(50 * MS, 100 * MS)
    for name in "ab":
        bench.work(name, 50 * MS, box, cores=guest)
    assert bench.run() == {"a": 125 * MS, "b": 125 * MS}


def test_fifo_keeps_quotas() -> None:
    bench = Bench(2, "fifo")
    group = bench.group("g")
    group.set_quota(20 * MS, 100 * MS)
    bench.work("a", 30 * MS, group)
    assert bench.run() == {"a": 110 * MS}


def test_a_quota_lasts_while_its_group_waits() -> None:
    bench = Bench(1, "fifo")
    limited = bench.group("limited")
    limited.set_quota(50 * MS, 100 * MS)
    bench.work("first", 20 * MS)
    bench.work("second", 50 * MS, limited)
    assert bench.run() == {"first": 20 * MS, "second": 70 * MS}
    assert limited.throttled_us == 0


def test_nothing_takes_no_time() -> None:
    bench = Bench()
    bench.work("a", 10)
    bench.work("b", 0)
    assert bench.run() == {"b": 0, "a": 10}


def test_a_killed_thread_gives_its_core_back() -> None:
    bench = Bench()
    victim = bench.work("a", 100)
    bench.work("b", 10)

    def kill() -> Work:
        victim.cancel(bench.engine)
        yield 0

    bench.at(4, kill())
    assert bench.run() == {"b": 12}
    assert bench.cores.busy_us == 12
    assert bench.engine.now == 12


def test_a_thread_killed_while_all_is_calm() -> None:
    bench = Bench(2)
    victim = bench.work("a", 100)

    def kill() -> Work:
        victim.cancel(bench.engine)
        yield 0

    bench.at(4, kill())
    bench.work("b", 10)
    assert bench.run() == {"b": 10}
    assert bench.cores.busy_us == 14


def test_time_in_use_is_seen_while_work_goes_on() -> None:
    bench = Bench(2)
    seen: list[int] = []

    def look() -> Work:
        seen.append(bench.cores.busy_us)
        yield 0

    bench.work("a", 10)
    bench.at(6, look())
    assert bench.run() == {"a": 10}
    assert (seen, bench.cores.busy_us) == ([6], 10)


jobs = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 3)), max_size=9
)
groups = st.lists(
    st.tuples(
        st.sampled_from([1, 50, 100, 10_000]),
        st.sampled_from([None, (10, 100), (150, 100), (1, 30)]),
    ),
    min_size=3,
    max_size=3,
)


@given(
    st.sampled_from(POLICIES),
    st.integers(1, 3),
    groups,
    st.sampled_from([None, 1, 2]),
    jobs,
)
@settings(deadline=None)
def test_time_adds_up(
    policy: str,
    count: int,
    kinds: Sequence[tuple[int, tuple[int, int] | None]],
    virtual: int | None,
    work: Sequence[tuple[int, int, int]],
) -> None:
    bench = Bench(count, policy)
    guest = bench.cores.part("guest", virtual)
    parents = [bench.cores.group, guest.group, bench.cores.group]
    inside = [CpuGroup(f"g{i}", parent) for i, parent in enumerate(parents)]
    for group, (weight, quota) in zip(inside, kinds, strict=True):
        group.weight = weight
        if quota is not None:
            group.set_quota(*quota)
    for number, (start, span, place) in enumerate(work):
        group = [*inside, bench.cores.group][place]
        bench.work(str(number), span, group, start=start)
    ended = bench.run()
    assert len(ended) == len(work)
    assert bench.cores.busy_us == sum(span for _, span, _ in work)
    for index, group in enumerate(inside):
        assert group.usage_us == sum(span for _, span, at in work if at == index)
        if group.quota is not None:
            # Rounding up the moment of a stop lets a little more through.
            allowed = (group.nr_periods + 1) * (group.quota // CORE + count)
            assert group.usage_us <= allowed
    for number, (start, span, _) in enumerate(work):
        assert ended[str(number)] >= start + span
    assert bench.engine.now * count >= bench.cores.busy_us


@given(st.integers(1, 4), st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_no_core_idles_while_somebody_waits(count: int, spans: list[int]) -> None:
    bench = Bench(count)
    for number, span in enumerate(spans):
        bench.work(str(number), span)
    bench.run()
    longest = max(*spans, -(-sum(spans) // count))
    assert longest <= bench.engine.now <= max(spans) + sum(spans) // count + len(spans)


def test_a_part_moves_to_other_cores_with_its_work() -> None:
    engine = Engine()
    first, second = Cores(engine, 1), Cores(engine, 2)
    part = first.part("vm", 2)
    ends: list[int] = []

    def work(cores: Cores, span: int) -> Work:
        yield from cores.use(span)
        ends.append(engine.now)

    def move() -> Work:
        yield 100
        part.move(second)

    engine.spawn(work(part, 1000))
    engine.spawn(work(part, 1000))
    engine.spawn(work(first, 1000))
    engine.spawn(move())
    engine.run()
    # 100 us of one core for three threads of two groups, then a core for each.
    assert sorted(ends) == ends
    assert first.busy_us + second.busy_us == 3000
    assert part.busy_us == 2000
    assert part.scheduler is second.scheduler


@pytest.mark.parametrize("moves_at", [1, 500, 999])
def test_calm_work_moves_too(moves_at: int) -> None:
    engine = Engine()
    first, second = Cores(engine, 1), Cores(engine, 1)
    part = first.part("vm", 1)
    ends: list[int] = []

    def work() -> Work:
        yield from part.use(1000)
        ends.append(engine.now)

    def move() -> Work:
        yield moves_at
        part.freeze(frozen=True)
        yield 300
        part.move(second)
        part.freeze(frozen=False)

    engine.spawn(work())
    engine.spawn(move())
    engine.run()
    assert ends == [1300]
    assert (first.busy_us, second.busy_us) == (moves_at, 1000 - moves_at)


def test_work_that_is_killed_after_a_move_leaves_the_new_cores() -> None:
    engine = Engine()
    first, second = Cores(engine, 1), Cores(engine, 1)
    part = first.part("vm", 1)
    task = engine.spawn(part.use(10_000))
    ends: list[int] = []

    def other() -> Work:
        yield 100
        part.move(second)
        yield 100
        task.cancel(engine)
        yield from second.use(50)
        ends.append(engine.now)

    engine.spawn(other())
    engine.run()
    assert ends == [250]
    assert second.busy_us == 150
