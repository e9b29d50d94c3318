"""Disks: space for all who share them, and time."""

import pytest

from simulator.subsystems.storage import DiskFullError, Storage, blocks_kib


def test_the_disk_knows_who_takes_what() -> None:
    disk = Storage("disk", 100, 500)
    disk.charge("a", 30)
    disk.charge("b", 20)
    disk.charge("a", 10)
    assert (disk.used_kib, disk.charges) == (60, {"a": 40, "b": 20})
    assert disk.release("a") == 40
    assert disk.release("a") == 0
    assert (disk.used_kib, disk.charges) == (20, {"b": 20})


def test_a_full_disk_is_full_for_all() -> None:
    disk = Storage("disk", 100, 500)
    disk.charge("a", 99)
    with pytest.raises(DiskFullError) as error:
        disk.charge("b", 4)
    assert str(error.value) == (
        "No space left on device (disk: 4 KiB wanted, 1 KiB free)"
    )
    assert disk.used_kib == 99


def test_a_guests_disk_takes_its_hosts_space_as_it_is_written() -> None:
    host = Storage("host", 100, 500)
    first, second = (Storage(name, 100, 500, host) for name in ("one", "two"))
    first.charge("a", 60)
    assert (host.used_kib, host.charges) == (60, {"one": 60})
    with pytest.raises(DiskFullError):
        second.charge("b", 50)
    assert second.used_kib == 0
    assert first.release("a") == 60
    assert host.used_kib == 0
    second.charge("b", 50)
    assert host.charges == {"one": 0, "two": 50}


@pytest.mark.parametrize(("size", "kib"), [(0, 0), (1, 4), (4096, 4), (4097, 8)])
def test_a_file_takes_whole_blocks(size: int, kib: int) -> None:
    assert blocks_kib(size) == kib


def test_time_to_write() -> None:
    assert Storage("disk", 1, 500).span_us(500 * 1024) == 1_000_000
