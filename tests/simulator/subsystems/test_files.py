"""File trees: files by path, libraries by name."""

import pytest

from simulator.subsystems.files import (
    API_OF_FORMAT,
    RUNTIMES,
    DataFile,
    FileTree,
    Mount,
    Program,
)


def program(path: str = "/srv/app", **more: object) -> Program:
    return Program("app", path, "elf", "x86_64", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_each_library_offers_the_api_of_some_format(name: str) -> None:
    assert RUNTIMES[name].name == name
    assert RUNTIMES[name].api in API_OF_FORMAT.values()
    assert len(RUNTIMES[name].calls) > 0


def test_a_later_file_replaces_one_at_the_same_path() -> None:
    tree = FileTree()
    tree.add(program(ram_kib=1))
    tree.add(program(ram_kib=2))
    assert tree.files == {"/srv/app": program(ram_kib=2)}


def test_execute_permission_is_set_on_the_file_alone() -> None:
    plain = program(executable=False)
    tree = FileTree({plain.path: plain})
    tree.make_executable(plain.path)
    assert tree.files[plain.path].executable is True
    assert plain.executable is False


def test_libraries_are_found_by_the_api_that_they_offer() -> None:
    tree = FileTree(runtimes={"windows-libraries", "wine-libraries", "glibc"})
    found = {api: tree.runtime_for(api) for api in ("win32", "posix", "cocoa")}
    assert found == {
        "win32": RUNTIMES["windows-libraries"],
        "posix": RUNTIMES["glibc"],
        "cocoa": None,
    }


def test_a_copy_is_independent_and_on_its_own_device() -> None:
    tree = FileTree(device="image")
    tree.merge([program()], ["glibc"])
    copy = tree.copy("box")
    copy.merge([program("/srv/b")], ["libsystem"])
    assert (tree.device, copy.device) == ("image", "box")
    assert (sorted(tree.files), sorted(copy.files)) == (
        ["/srv/app"],
        ["/srv/app", "/srv/b"],
    )
    assert (tree.runtimes, copy.runtimes) == ({"glibc"}, {"glibc", "libsystem"})


def layered() -> tuple[FileTree, FileTree]:
    """A tree of an image, and an overlay on it."""
    below = FileTree(device="image")
    below.merge([program(text_kib=8)], ["glibc"])
    below.put(DataFile("/etc/a", 10))
    below.origins["/srv/app"] = "sha256:1"
    return below, below.overlay("box")


def test_an_overlay_shows_what_lies_below() -> None:
    below, tree = layered()
    assert (tree.files, tree.data, tree.runtimes) == (
        below.files,
        below.data,
        below.runtimes,
    )
    assert (tree.upper, tree.below) == ({}, below)
    assert tree.device_of("/srv/app") == "sha256:1"
    assert tree.device_of("/srv/other") == "image"
    assert tree.holds_below("/etc/a") is True
    assert tree.holds_below("/etc/b") is False
    assert below.holds_below("/etc/a") is False
    assert tree.own_size("/etc/a") == 0
    assert below.own_size("/etc/a") == 10
    assert below.own_size("/srv/app") == 8 * 1024
    assert below.own_size("/etc/b") == 0


def test_a_program_put_into_an_overlay_is_its_own() -> None:
    below, tree = layered()
    tree.add(program(ram_kib=5, text_kib=4))
    assert tree.own_size("/srv/app") == 4096
    assert tree.device_of("/srv/app") == "box"
    assert tree.device_of("/srv/other") == "image"
    assert below.files["/srv/app"].ram_kib == 0
    assert below.device_of("/srv/app") == "sha256:1"


def test_a_permission_that_changes_copies_the_file_up() -> None:
    _, tree = layered()
    tree.make_executable("/srv/app")
    assert tree.own_size("/srv/app") == 8 * 1024


def test_a_copy_shares_nothing_with_other_devices() -> None:
    below, _ = layered()
    copy = below.copy("box")
    assert copy.device_of("/srv/app") == "box"
    assert (copy.upper, copy.below) == (None, None)
    assert copy.data == below.data


def test_one_path_is_a_program_or_another_file() -> None:
    tree = FileTree()
    tree.add(program())
    tree.put(DataFile("/srv/app", 1))
    assert (sorted(tree.files), sorted(tree.data)) == ([], ["/srv/app"])
    tree.add(program())
    assert (sorted(tree.files), sorted(tree.data)) == (["/srv/app"], [])


def test_what_is_hidden_goes_with_all_below_it() -> None:
    tree, _ = layered()
    tree.put(DataFile("/srv/data", 1))
    tree.put(DataFile("/srvother", 1))
    assert tree.under("/srv") == ["/srv/app", "/srv/data"]
    tree.hide("/srv")
    assert tree.under("/srv") == []
    assert sorted(tree.data) == ["/etc/a", "/srvother"]
    assert tree.origins == {}


def test_a_path_leads_into_the_mount_that_is_nearest() -> None:
    _, tree = layered()
    volume, nested = FileTree(device="volume"), FileTree(device="nested")
    tree.mounts["/data"] = Mount(volume)
    tree.mounts["/data/in"] = Mount(nested, "/home/x", True, 1000, True)
    assert tree.at("/database") == (tree, "/database", False, 0, False)
    assert tree.at("/data") == (volume, "", False, 0, False)
    assert tree.at("/data/x") == (volume, "/x", False, 0, False)
    assert tree.at("/data/in/y") == (nested, "/home/x/y", True, 1000, True)


def test_only_a_tree_of_files_that_it_owns_checks_owners() -> None:
    below, tree = layered()
    assert (below.at("/etc/a").checks_owner, tree.at("/etc/a").checks_owner) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("binary_format", "api"),
    [("elf", "posix"), ("pe", "win32"), ("mach-o", "cocoa"), ("script", "posix")],
)
def test_the_api_of_a_program_follows_from_its_format(
    binary_format: str, api: str
) -> None:
    assert Program("p", "/p", binary_format, "x86_64").api == api
