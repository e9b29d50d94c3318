"""File trees: files by path, libraries by name."""

import pytest

from simulator.subsystems.files import API_OF_FORMAT, RUNTIMES, FileTree, Program


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


@pytest.mark.parametrize(
    ("binary_format", "api"),
    [("elf", "posix"), ("pe", "win32"), ("mach-o", "cocoa"), ("script", "posix")],
)
def test_the_api_of_a_program_follows_from_its_format(
    binary_format: str, api: str
) -> None:
    assert Program("p", "/p", binary_format, "x86_64").api == api
