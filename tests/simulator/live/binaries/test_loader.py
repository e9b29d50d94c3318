"""The loader of programs: the kernel starts it, it starts the program."""

from errno import ENOENT, ENOEXEC
from pathlib import Path

from simulator.live.binaries.formats import elf, elf32
from simulator.live.binaries.loader import loader
from simulator.live.capabilities import report
from tests.simulator.live.binaries.test_formats import exits
from tests.simulator.live.machine import status_of


def test_a_loader_goes_to_the_program_that_named_it(tmp_path: Path) -> None:
    path = tmp_path / "loader"
    path.write_bytes(loader())
    path.chmod(0o755)
    named = elf(exits(42), "x86_64", interpreter=str(path))
    assert status_of(named, tmp_path) == ("exit", 42)
    path.unlink()
    assert status_of(named, tmp_path) == ("errno", ENOENT)


def test_a_loader_is_no_program(tmp_path: Path) -> None:
    """Started by itself it goes to its own beginning, until somebody ends it."""
    assert loader().startswith(b"\x7fELF")
    assert status_of(loader()[:30], tmp_path) == ("errno", ENOEXEC)


def test_a_32_bit_file_whose_loader_is_missing(tmp_path: Path) -> None:
    expected = ENOENT if report().of("compat32").available else ENOEXEC
    assert status_of(elf32("/no/such/loader"), tmp_path) == ("errno", expected)
