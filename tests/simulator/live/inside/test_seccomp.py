"""What a filter answers, read from its own instructions and from the kernel."""

import ctypes
import os
import signal
import socket
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.inside import seccomp
from simulator.live.inside.seccomp import (
    FORBIDDEN_CALLS,
    PROGRAM_CALLS,
    allow_only,
    forbid,
)
from tests.simulator.live.inside.children import in_child

ALLOW, EPERM, KILL = 0x7FFF0000, 0x00050001, 0x80000000
X86_64, I386, AARCH64 = 0xC000003E, 0x40000003, 0xC00000B7
Instruction = tuple[int, int, int, int]


def program(
    install: Any, calls: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> list[Instruction]:
    """The instructions that a function would install."""
    found: list[list[Instruction]] = []
    monkeypatch.setattr(seccomp, "_install", found.append)
    install(calls)
    return found[0]


def answer(instructions: list[Instruction], number: int, arch: int = X86_64) -> int:
    """Run a filter as the kernel does: one accumulator, jumps ahead only."""
    data = struct.pack("<iIQ6Q", number, arch, 0, *([0] * 6))
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x15:
            at += if_true if accumulator == value else if_false
        elif code == 0x35:
            at += if_true if accumulator >= value else if_false
        else:
            assert code == 0x06
            return value


def test_programs_may_make_these_calls_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filtered = program(allow_only, PROGRAM_CALLS, monkeypatch)
    answers = {number: answer(filtered, number) for number in range(460)}
    allowed = {number for number, found in answers.items() if found == ALLOW}
    assert allowed == set(PROGRAM_CALLS.values())
    assert set(answers.values()) == {ALLOW, EPERM}


@pytest.mark.parametrize("name", FORBIDDEN_CALLS)
def test_nobody_may_make_these_calls(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filtered = program(forbid, FORBIDDEN_CALLS, monkeypatch)
    assert answer(filtered, FORBIDDEN_CALLS[name]) == EPERM
    assert answer(filtered, 0) == ALLOW
    assert name not in PROGRAM_CALLS


@pytest.mark.parametrize("install", [allow_only, forbid])
@pytest.mark.parametrize(("arch", "expected"), [(I386, KILL), (AARCH64, KILL)])
def test_another_architectures_table_is_death(
    install: Any, arch: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    filtered = program(install, {"read": 0}, monkeypatch)
    assert answer(filtered, 0, arch) == expected


@pytest.mark.parametrize("install", [allow_only, forbid])
def test_the_x32_table_is_closed(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    filtered = program(install, {"read": 0}, monkeypatch)
    assert answer(filtered, 0x40000000) == EPERM
    assert answer(filtered, 0x40000000 + 520) == EPERM


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 1000), max_size=40))
def test_any_list_of_calls_is_what_is_answered(calls: dict[str, int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        only = program(allow_only, calls, patch)
        but = program(forbid, calls, patch)
    for number in {*calls.values(), 1001}:
        named = number in calls.values()
        assert answer(only, number) == (ALLOW if named else EPERM)
        assert answer(but, number) == (EPERM if named else ALLOW)


def test_a_filter_fits_into_the_kernels_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for install, calls in ((allow_only, PROGRAM_CALLS), (forbid, FORBIDDEN_CALLS)):
        assert len(program(install, calls, monkeypatch)) < 4096


def test_the_kernel_holds_to_it() -> None:
    def forbidden_socket() -> object:
        forbid({"socket": 41})
        return bool(socket.socket())

    assert in_child(forbidden_socket)["errno"] == 1

    def allowed_pipe() -> object:
        forbid({"socket": 41})
        return len(os.pipe())

    assert in_child(allowed_pipe) == {"gave": 2}


def test_a_filter_cannot_be_taken_back() -> None:
    def twice() -> object:
        forbid({"socket": 41})
        allow_only({**PROGRAM_CALLS, "socket": 41, "write": 1})
        return bool(socket.socket())

    assert in_child(twice)["errno"] == 1


def test_new_privileges_are_given_up_with_it() -> None:
    def flags() -> object:
        forbid({"socket": 41})
        libc = ctypes.CDLL(None)
        return libc.prctl(39, 0, 0, 0, 0)

    assert in_child(flags) == {"gave": 1}


def test_names_stand_for_numbers_of_the_right_table() -> None:
    libc = ctypes.CDLL(None, use_errno=True)

    def who() -> object:
        return [libc.syscall(PROGRAM_CALLS["getpid"]) == os.getpid()]

    assert in_child(who) == {"gave": [True]}
    assert PROGRAM_CALLS["kill"] == 62
    assert FORBIDDEN_CALLS["ptrace"] == 101
    assert signal.SIGKILL == 9
