"""Changing files: copy-up, whiteouts, owners, space."""

import pytest

from simulator.subsystems.files import DataFile, FileTree, Mount, Program
from simulator.subsystems.filesystem import (
    Change,
    FileError,
    User,
    read,
    remove,
    write,
)
from simulator.subsystems.storage import Storage

MIB = 1024
GIB = MIB * MIB
BIG = GIB * 1024
"""Bytes of the large file."""
ORDINARY = User(1000, overrides=False)


def disk(kib: int = 4 * GIB) -> Storage:
    return Storage("disk", kib, 500)


def plain(storage: Storage | None = None) -> FileTree:
    return FileTree(device="host", storage=storage)


def box(storage: Storage | None = None, name: str = "box") -> FileTree:
    below = FileTree(device="image")
    below.put(DataFile("/db/big", BIG, "rows"))
    below.put(DataFile("/etc/a", 10, "x", uid=5))
    below.add(Program("app", "/srv/app", "elf", "x86_64", text_kib=8))
    tree = below.overlay(name)
    tree.storage = storage
    return tree


def test_one_byte_copies_the_whole_file_up() -> None:
    storage = disk()
    tree = box(storage)
    assert write(tree, "/db/big", 1) == Change(GIB, 1, GIB, BIG)
    assert storage.charges == {"box": GIB}
    assert tree.own_size("/db/big") == BIG
    assert tree.below is not None
    assert tree.below.data["/db/big"].content == "rows"


def test_the_second_byte_copies_nothing() -> None:
    storage = disk()
    tree = box(storage)
    write(tree, "/db/big", 1)
    assert write(tree, "/db/big", 1) == Change(0, 1, 0, BIG)
    assert storage.used_kib == GIB


def test_where_blocks_are_copied_one_byte_costs_one_block() -> None:
    storage = disk()
    tree = box(storage)
    change = write(tree, "/db/big", 1, copy_up="block")
    assert change == Change(4, 1, 8, BIG)
    assert storage.used_kib == 8


def test_a_file_that_is_replaced_is_not_copied() -> None:
    storage = disk()
    change = write(box(storage), "/db/big", 100, mode="replace", content="new")
    assert change == Change(0, 1, 4, 100)
    assert storage.used_kib == 4


@pytest.mark.parametrize(
    ("mode", "size"), [("change", 10), ("append", 13), ("replace", 3)]
)
def test_how_long_a_file_is_afterwards(mode: str, size: int) -> None:
    tree = box()
    assert write(tree, "/etc/a", 3, mode=mode).size == size
    assert read(tree, "/etc/a") == DataFile("/etc/a", size, "x", 5)


def test_a_new_file_belongs_to_its_writer() -> None:
    tree = plain()
    tree.mounts["/data"] = Mount(FileTree(), uid=1000)
    write(tree, "/data/x", 1, user=ORDINARY, content="c")
    assert read(tree, "/data/x") == DataFile("/x", 1, "c", 1000)


def test_two_containers_of_one_image_do_not_see_each_others_files() -> None:
    one = box()
    assert one.below is not None
    two = one.below.overlay("two")
    write(one, "/etc/a", 1, content="mine")
    write(one, "/etc/new", 1)
    assert read(two, "/etc/a").content == "x"
    with pytest.raises(FileError):
        read(two, "/etc/new")


def test_what_is_removed_below_leaves_a_mark_and_frees_nothing() -> None:
    storage = disk()
    tree = box(storage)
    assert remove(tree, "/db/big") == Change(0, 0, 0, 0)
    assert tree.whiteouts == {"/db/big"}
    with pytest.raises(FileError) as error:
        read(tree, "/db/big")
    assert (error.value.errno, error.value.errno_name) == (2, "ENOENT")


def test_what_was_copied_up_gives_its_space_back() -> None:
    storage = disk()
    tree = box(storage)
    write(tree, "/db/big", 1)
    assert remove(tree, "/db").taken_kib == -GIB
    assert (storage.used_kib, tree.upper, tree.whiteouts) == (0, {}, {"/db/big"})


def test_a_file_of_its_own_leaves_no_mark() -> None:
    tree = box()
    write(tree, "/run/x", 1)
    remove(tree, "/run/x")
    assert (tree.upper, tree.whiteouts) == ({}, set())


def test_a_plain_tree_has_no_layers() -> None:
    storage = disk()
    tree = plain(storage)
    assert write(tree, "/x", 5000) == Change(0, 5, 8, 5000)
    assert write(tree, "/x", 1) == Change(0, 1, 0, 5000)
    assert remove(tree, "/x") == Change(0, 0, -8, 0)
    assert storage.used_kib == 0
    assert tree.whiteouts == set()


def test_a_full_disk() -> None:
    storage = disk(100)
    storage.charge("others", 98)
    with pytest.raises(FileError) as error:
        write(box(storage), "/run/x", 1)
    assert (error.value.errno_name, str(error.value)) == (
        "ENOSPC",
        "No space left on device (disk: 4 KiB wanted, 2 KiB free)",
    )


def test_a_program_is_a_file_too() -> None:
    tree = box()
    assert read(tree, "/srv/app") == DataFile("/srv/app", 8192, "app")
    assert write(tree, "/srv/app", 1).copied_kib == 8
    assert "/srv/app" not in tree.files


def test_a_read_only_file_system() -> None:
    tree = box()
    tree.mounts["/data"] = Mount(FileTree(), read_only=True)
    tree.read_only = True
    for path in ("/etc/a", "/data/x"):
        for change in (write, remove):
            arguments = (1,) if change is write else ()
            with pytest.raises(FileError) as error:
                change(tree, path, *arguments)  # type: ignore[operator]
            assert str(error.value) == "Read-only file system"


@pytest.mark.parametrize(
    ("user", "allowed"),
    [(User(), True), (ORDINARY, False), (User(5, overrides=False), True)],
)
def test_who_may_change_a_file_of_the_host(user: User, allowed: bool) -> None:
    tree = plain()
    tree.put(DataFile("/etc/a", 10, uid=5))
    if allowed:
        assert write(tree, "/etc/a", 1, user=user).size == 10
        return
    with pytest.raises(FileError) as error:
        write(tree, "/etc/a", 1, user=user)
    assert (error.value.errno, str(error.value)) == (13, "Permission denied")
    with pytest.raises(FileError):
        write(tree, "/etc/new", 1, user=user)


def test_files_of_an_image_are_those_of_the_containers_root() -> None:
    assert write(box(), "/etc/a", 1, user=ORDINARY).size == 10


def test_what_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(FileError) as error:
        remove(box(), "/nowhere")
    assert str(error.value) == "No such file or directory"
