"""The kernel itself says what it takes and what it does not."""

import struct
from errno import EACCES, ENOENT, ENOEXEC
from pathlib import Path

import pytest

from simulator.live.binaries.code import Code
from simulator.live.binaries.formats import (
    BASE,
    ELF_MACHINES,
    MACH_CPUS,
    PE_MACHINES,
    elf,
    mach_o,
    pe,
    script,
)
from tests.simulator.live.machine import status_of


def exits(status: int) -> bytes:
    code = Code()
    code.system_call(60, status)
    return code.finished()


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_a_native_elf_file_runs(status: int, tmp_path: Path) -> None:
    assert status_of(elf(exits(status), "x86_64"), tmp_path) == ("exit", status)


@pytest.mark.parametrize(
    "content",
    [
        pe("x86_64"),
        pe("aarch64"),
        mach_o("x86_64"),
        mach_o("aarch64"),
        elf(b"\xd4\x00\x00\x00", "aarch64"),
        pe("riscv64"),
        elf(b"\x73\x00\x00\x00", "riscv64"),
        elf(exits(0), "x86_64")[:40],
        script(""),
        b"MZ",
    ],
)
def test_no_loader_takes_a_foreign_file(content: bytes, tmp_path: Path) -> None:
    assert status_of(content, tmp_path) == ("errno", ENOEXEC)


@pytest.mark.parametrize(
    "content",
    [
        elf(exits(0), "x86_64", interpreter="/no/such/loader"),
        script("/no/such/interpreter"),
        script("/bin/sh", line_end="\r\n"),
    ],
)
def test_a_file_that_exists_is_not_found(content: bytes, tmp_path: Path) -> None:
    assert status_of(content, tmp_path) == ("errno", ENOENT)


def test_a_script_goes_to_its_interpreter(tmp_path: Path) -> None:
    assert status_of(script("/bin/sh"), tmp_path) == ("exit", 0)


def test_a_file_without_the_bit_is_not_executed(tmp_path: Path) -> None:
    content = elf(exits(0), "x86_64")
    assert status_of(content, tmp_path, mode=0o644) == ("errno", EACCES)


@pytest.mark.parametrize("arch", [*ELF_MACHINES])
def test_the_header_names_the_machine(arch: str) -> None:
    content = elf(b"\x90", arch)
    assert content[:4] == b"\x7fELF"
    assert struct.unpack_from("<HH", content, 16) == (2, ELF_MACHINES[arch])
    entry, table = struct.unpack_from("<QQ", content, 24)
    assert (entry - BASE, table) == (len(content) - 1, 64)


def test_the_code_stands_at_the_entry_behind_the_name_of_a_loader() -> None:
    content = elf(b"\x90\xc3", "x86_64", interpreter="/ld")
    (entry,) = struct.unpack_from("<Q", content, 24)
    (headers,) = struct.unpack_from("<H", content, 56)
    assert content[entry - BASE :] == b"\x90\xc3"
    assert headers == 2
    assert content[64 + 2 * 56 :].startswith(b"/ld\0")


@pytest.mark.parametrize("arch", [*PE_MACHINES])
def test_a_pe_file_has_both_signatures(arch: str) -> None:
    content = pe(arch)
    (place,) = struct.unpack_from("<I", content, 60)
    assert content[:2] == b"MZ"
    assert content[place : place + 4] == b"PE\0\0"
    assert struct.unpack_from("<H", content, place + 4) == (PE_MACHINES[arch],)
    assert struct.unpack_from("<H", content, place + 24) == (0x20B,)
    assert struct.unpack_from("<H", content, place + 24 + 68) == (3,)
    assert len(content) == 1024


@pytest.mark.parametrize("arch", [*MACH_CPUS])
def test_a_mach_o_file_has_its_magic(arch: str) -> None:
    content = mach_o(arch)
    assert struct.unpack_from("<II", content) == (0xFEEDFACF, MACH_CPUS[arch])
    assert len(content) == 4096


def test_a_script_names_its_interpreter_in_the_first_line() -> None:
    assert script("/bin/sh") == b"#!/bin/sh\nexit 0\n"
    assert script("/bin/sh", line_end="\r\n") == b"#!/bin/sh\r\nexit 0\n"
    assert script("") == b"exit 0\n"
