"""execve: loaders in order, and what is missing when none takes the file."""

from dataclasses import replace

import pytest

from simulator.subsystems.files import FileTree, Interprets, Program
from simulator.subsystems.loaders import (
    ERRNO,
    ExecError,
    Handler,
    Image,
    Request,
    find_image,
    refusal,
)

APP = Program("app", "/srv/app", "elf", "x86_64")
EXE = Program("exe", "/srv/app.exe", "pe", "x86_64")
WINE = Program("wine", "/usr/bin/wine", "elf", "x86_64")
SH = Program("sh", "/bin/sh", "elf", "x86_64")
SCRIPT = Program("run", "/srv/run.sh", "script", "x86_64", interpreter="/bin/sh")
LINUX = ("misc", "script", "elf")


def tree(*programs: Program, libraries: tuple[str, ...] = ("glibc",)) -> FileTree:
    result = FileTree()
    result.merge(programs, libraries)
    return result


def image_of(
    path: str,
    root: FileTree,
    *handlers: Handler,
    loaders: tuple[str, ...] = LINUX,
    arch: str = "x86_64",
) -> Image:
    known = {handler.name: handler for handler in handlers}
    return find_image(path, Request(arch, root, loaders, known))


def error_of(path: str, root: FileTree, *handlers: Handler, **more: object) -> str:
    with pytest.raises(ExecError) as caught:
        image_of(path, root, *handlers, **more)  # type: ignore[arg-type]
    assert caught.value.errno == ERRNO[caught.value.errno_name]
    return str(caught.value)


def handler(program: Program = WINE, **more: object) -> Handler:
    fields = {"name": "h", "format": "pe", "arch": "x86_64", **more}
    return Handler(interpreter=program.path, **fields)  # type: ignore[arg-type]


def test_numbers_of_errors_are_those_of_linux() -> None:
    assert ERRNO == {
        "EPERM": 1,
        "ENOENT": 2,
        "ESRCH": 3,
        "EIO": 5,
        "ENOEXEC": 8,
        "EAGAIN": 11,
        "ENOMEM": 12,
        "EACCES": 13,
        "EEXIST": 17,
        "ENODEV": 19,
        "EINVAL": 22,
        "ENOSPC": 28,
        "EROFS": 30,
        "ENOSYS": 38,
        "ELOOP": 40,
        "ECONNREFUSED": 111,
    }


def test_the_native_loader_takes_its_own_format() -> None:
    image = image_of(APP.path, tree(APP))
    assert (image.binary, image.runtime.name, image.loader, image.handed) == (
        APP,
        "glibc",
        "elf",
        None,
    )


@pytest.mark.parametrize(
    ("binary_format", "library"),
    [("pe", "windows-libraries"), ("mach-o", "libsystem"), ("elf", "glibc")],
)
def test_each_format_has_its_loader_and_libraries(
    binary_format: str, library: str
) -> None:
    program = Program("p", "/p", binary_format, "x86_64")
    root = tree(program, libraries=(library,))
    image = image_of("/p", root, loaders=(binary_format,))
    assert (image.loader, image.runtime.name) == (binary_format, library)


def test_no_file() -> None:
    assert error_of("/srv/app", tree()) == "ENOENT: /srv/app: no such file"


def test_no_permission() -> None:
    program = Program("app", "/srv/app", "elf", "x86_64", executable=False)
    assert error_of("/srv/app", tree(program)) == (
        "EACCES: /srv/app: no execute permission"
    )


def test_permission_is_asked_for_before_the_format() -> None:
    program = Program("exe", "/srv/app.exe", "pe", "x86_64", executable=False)
    assert error_of(program.path, tree(program)).startswith("EACCES")


def test_no_loader_for_the_format() -> None:
    assert error_of(EXE.path, tree(EXE)) == (
        "ENOEXEC: no binary loader claims format pe for x86_64 "
        "(asked: misc, script, elf)"
    )


def test_no_loader_for_the_instruction_set() -> None:
    assert error_of(APP.path, tree(APP), arch="aarch64") == (
        "ENOEXEC: no binary loader claims format elf for x86_64 "
        "(asked: misc, script, elf)"
    )


def test_no_libraries() -> None:
    assert error_of(APP.path, tree(APP, libraries=("libsystem",))) == (
        "ENOENT: /srv/app: no libraries here offer posix"
    )


def test_a_kernel_without_loaders_takes_nothing() -> None:
    assert error_of(APP.path, tree(APP), loaders=()) == (
        "ENOEXEC: no binary loader claims format elf for x86_64 (asked: )"
    )


def test_a_script_goes_to_its_interpreter() -> None:
    image = image_of(SCRIPT.path, tree(SCRIPT, SH))
    assert (image.binary, image.loader, image.handed) == (SH, "script", SCRIPT)


def test_a_script_whose_interpreter_is_missing() -> None:
    assert error_of(SCRIPT.path, tree(SCRIPT)) == "ENOENT: /bin/sh: no such file"


def test_a_script_without_a_first_line_is_no_script() -> None:
    program = Program("run", "/srv/run.sh", "script", "x86_64")
    assert error_of(program.path, tree(program, SH)).startswith("ENOEXEC")


def test_a_script_of_a_script_of_a_script() -> None:
    middle = Program("m", "/m", "script", "x86_64", interpreter="/bin/sh")
    top = Program("t", "/t", "script", "x86_64", interpreter="/m")
    image = image_of("/t", tree(top, middle, SH))
    assert (image.binary, image.handed) == (SH, top)


def test_a_script_that_interprets_itself() -> None:
    program = Program("run", "/run", "script", "x86_64", interpreter="/run")
    assert error_of("/run", tree(program)) == (
        "ELOOP: /run: too many interpreters in a row"
    )


def test_a_registered_format_goes_to_its_interpreter() -> None:
    image = image_of(EXE.path, tree(EXE, WINE), handler())
    assert (image.binary, image.loader, image.handed) == (WINE, "misc", EXE)


@pytest.mark.parametrize("other", [{"format": "mach-o"}, {"arch": "aarch64"}])
def test_a_registration_for_something_else_is_not_asked(other: dict[str, str]) -> None:
    found = error_of(EXE.path, tree(EXE, WINE), handler(**other))
    assert found.startswith("ENOEXEC")


def test_the_first_registration_that_fits_is_taken() -> None:
    root = tree(EXE, WINE, SH)
    first = handler(SH, name="first")
    second = handler(WINE, name="second")
    assert image_of(EXE.path, root, first, second).binary == SH
    assert image_of(EXE.path, root, second, first).binary == WINE


def test_a_registered_interpreter_is_looked_up_in_the_tree_at_hand() -> None:
    assert error_of(EXE.path, tree(EXE), handler()) == (
        "ENOENT: /usr/bin/wine: no such file"
    )


def test_flag_f_brings_the_interpreter_along() -> None:
    image = image_of(EXE.path, tree(EXE), handler(opened=WINE))
    assert (image.binary, image.loader, image.handed) == (WINE, "misc", EXE)


@pytest.mark.parametrize(
    ("links", "libraries", "error"),
    [
        ("glibc", ("glibc",), ""),
        ("musl", ("musl", "glibc"), ""),
        ("static", (), ""),
        ("glibc", ("musl",), "linked against glibc, which is not here"),
        ("musl", ("glibc",), "linked against musl, which is not here"),
    ],
)
def test_a_program_needs_the_library_that_it_was_linked_against(
    links: str, libraries: tuple[str, ...], error: str
) -> None:
    program = replace(APP, links=links)
    root = tree(program, libraries=libraries)
    if error:
        assert error_of(APP.path, root) == f"ENOENT: /srv/app: {error}"
        return
    image = find_image(APP.path, Request("x86_64", root, ("elf",)))
    assert image.runtime.name == links
    assert (image.runtime.calls == ()) is (links == "static")


def test_flag_f_does_not_bring_libraries_along() -> None:
    root = tree(EXE, libraries=())
    assert error_of(EXE.path, root, handler(opened=WINE)) == (
        "ENOENT: /usr/bin/wine: no libraries here offer posix"
    )


@pytest.mark.parametrize("opened", [WINE, None])
def test_an_interpreter_that_needs_itself(opened: Program | None) -> None:
    loop = handler(format="elf", opened=opened)
    assert error_of(APP.path, tree(APP, WINE), loop) == (
        "ELOOP: /usr/bin/wine: too many interpreters in a row"
    )


def test_order_decides_between_loaders() -> None:
    root = tree(EXE, WINE, libraries=("glibc", "windows-libraries"))
    misc_first = image_of(EXE.path, root, handler(), loaders=("misc", "elf", "pe"))
    native_first = image_of(EXE.path, root, handler(), loaders=("pe", "elf", "misc"))
    assert (misc_first.binary, native_first.binary) == (WINE, EXE)


@pytest.mark.parametrize(
    ("interprets", "says"),
    [
        (None, "/srv/app.exe: not a format that this interpreter reads"),
        (
            Interprets("elf", "x86_64", "posix"),
            "/srv/app.exe: not a format that this interpreter reads",
        ),
        (
            Interprets("pe", "aarch64", "win32"),
            "/srv/app.exe: built for x86_64, not for aarch64",
        ),
        (
            Interprets("pe", "x86_64", "posix"),
            "/srv/app.exe: needs the win32 API, which is not offered here",
        ),
        (Interprets("pe", "x86_64", "win32"), ""),
    ],
)
def test_what_an_interpreter_refuses(interprets: Interprets | None, says: str) -> None:
    assert refusal(interprets, EXE) == says


def test_a_carriage_return_is_a_part_of_the_interpreters_name() -> None:
    program = Program("r", "/r", "script", "x86_64", interpreter="/bin/sh", crlf=True)
    assert error_of("/r", tree(program, SH)) == "ENOENT: /bin/sh^M: no such file"


def test_a_file_with_that_very_name_would_do() -> None:
    program = Program("r", "/r", "script", "x86_64", interpreter="/bin/sh", crlf=True)
    odd = Program("sh", "/bin/sh\r", "elf", "x86_64")
    assert image_of("/r", tree(program, odd)).binary == odd


@pytest.mark.parametrize(("binary_format", "library"), [("elf", "glibc")])
def test_a_file_that_was_cut_off_has_no_loader(
    binary_format: str, library: str
) -> None:
    program = Program("p", "/p", binary_format, "x86_64", truncated=True)
    assert error_of("/p", tree(program, libraries=(library,))).startswith("ENOEXEC")


OLD = Program("old", "/old", "elf", "i386")


def request(root: FileTree, *compatible: str) -> Request:
    return Request("x86_64", root, LINUX, {}, compatible)


def test_an_older_instruction_set_of_the_processor_is_run_where_it_is_offered() -> None:
    assert find_image("/old", request(tree(OLD), "i386")).binary == OLD


def test_and_is_not_where_it_is_not() -> None:
    with pytest.raises(ExecError, match="ENOEXEC"):
        find_image("/old", request(tree(OLD)))


def test_libraries_are_those_that_it_was_linked_against() -> None:
    program = Program("old", "/old", "elf", "i386", links="glibc-i386")
    with pytest.raises(ExecError, match="linked against glibc-i386, which is not here"):
        find_image("/old", request(tree(program), "i386"))
    both = tree(program, libraries=("glibc", "glibc-i386"))
    assert find_image("/old", request(both, "i386")).runtime.name == "glibc-i386"


QEMU = Program("qemu", "/usr/bin/qemu", "elf", "x86_64", links="static")
FOREIGN = Program("app", "/srv/app", "elf", "aarch64")


def test_another_processors_instructions_are_emulated() -> None:
    arm = handler(QEMU, format="elf", arch="aarch64")
    assert image_of(FOREIGN.path, tree(FOREIGN, QEMU), arm).is_emulated is True


def test_a_script_is_read_and_nothing_is_emulated() -> None:
    other = Program("run", "/run", "script", "aarch64", interpreter="/bin/sh")
    assert image_of("/run", tree(other, SH)).is_emulated is False


def test_a_program_of_the_same_processor_is_not_emulated() -> None:
    assert image_of(EXE.path, tree(EXE, WINE), handler()).is_emulated is False
    assert image_of(APP.path, tree(APP)).is_emulated is False
