"""A block device: bandwidth and requests per second, shared by all."""

import pytest

from simulator.engine import Engine, Work
from simulator.subsystems.block import BlockDevice

MIB = 1024


def ended(device: BlockDevice, engine: Engine, *moves: tuple[int, int]) -> list[int]:
    """When each of some moves that begin together is done."""
    found = [0] * len(moves)

    def move(number: int, kib: int, requests: int) -> Work:
        yield from device.move(kib, requests)
        found[number] = engine.now

    for number, (kib, requests) in enumerate(moves):
        engine.spawn(move(number, kib, requests))
    engine.run()
    return found


@pytest.mark.parametrize(
    ("kib", "requests", "span"),
    [
        (100 * MIB, 1, 1_000_000),
        (50 * MIB, 1, 500_000),
        (1, 1, 1_000),
        (0, 500, 500_000),
        (100 * MIB, 2_000, 2_000_000),
        (1, 0, 10),
    ],
)
def test_the_slower_of_bandwidth_and_requests_counts(
    kib: int, requests: int, span: int
) -> None:
    engine = Engine()
    device = BlockDevice(engine, mib_s=100, iops=1_000)
    assert ended(device, engine, (kib, requests)) == [span]
    assert (device.moved_kib, device.busy_us) == (kib, span)


def test_two_that_move_at_once_have_half_the_speed_each() -> None:
    engine = Engine()
    device = BlockDevice(engine, mib_s=100, iops=1_000)
    assert ended(device, engine, (100 * MIB, 1), (10 * MIB, 1)) == [1_100_000, 200_000]
    assert device.busy_us == 1_100_000
