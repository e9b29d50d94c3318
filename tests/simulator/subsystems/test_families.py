"""System calls: which kernel answers which, from which version on."""

import pytest

from simulator.subsystems.families import (
    FEATURES,
    RUNTIME_OF_FAMILY,
    SYSTEM_CALLS,
    missing_call,
)
from simulator.subsystems.files import RUNTIMES


@pytest.mark.parametrize("family", sorted(RUNTIME_OF_FAMILY))
def test_a_familys_libraries_make_calls_that_it_answers(family: str) -> None:
    runtime = RUNTIMES[RUNTIME_OF_FAMILY[family]]
    assert runtime.abi == family
    assert set(runtime.calls) <= set(SYSTEM_CALLS[family])
    assert missing_call(runtime.calls, (family,), family, "99.0") == ("", "")


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_libraries_make_calls_of_one_table(name: str) -> None:
    assert set(RUNTIMES[name].calls) <= set(SYSTEM_CALLS[RUNTIMES[name].abi])


def test_only_linux_has_what_container_engines_need() -> None:
    assert {family: bool(features) for family, features in FEATURES.items()} == {
        "linux": True,
        "nt": False,
        "darwin": False,
    }


@pytest.mark.parametrize(
    ("call", "since", "before"),
    [
        ("io_uring_setup", "5.1", "5.0"),
        ("clone3", "5.3", "5.2.21"),
        ("landlock_create_ruleset", "5.13", "5.12"),
        ("openat", "2.6.16", "2.6.15"),
    ],
)
def test_a_call_is_there_from_its_version_on(
    call: str, since: str, before: str
) -> None:
    assert missing_call([call], ("linux",), "linux", since) == ("", "")
    assert missing_call([call], ("linux",), "linux", before) == (
        call,
        f"{call} came with linux {since}, this is {before}",
    )


def test_versions_are_compared_as_numbers() -> None:
    assert missing_call(["io_uring_setup"], ("linux",), "linux", "5.10") == ("", "")
    assert missing_call(["clone3"], ("linux",), "linux", "10.0") == ("", "")


def test_calls_of_another_system() -> None:
    assert missing_call(["NtCreateFile"], ("linux",), "linux", "6.1") == (
        "NtCreateFile",
        "NtCreateFile: this kernel answers linux calls only",
    )


def test_the_first_missing_call_is_named() -> None:
    calls = ["mmap", "NtCreateThread", "NtCreateFile"]
    assert missing_call(calls, ("linux",), "linux", "6.1")[0] == "NtCreateThread"


def test_a_kernel_may_answer_a_second_table_whole() -> None:
    abis = ("linux", "nt")
    calls = [*SYSTEM_CALLS["nt"], "mmap"]
    assert missing_call(calls, abis, "linux", "6.1") == ("", "")


def test_a_kernel_without_its_own_table() -> None:
    assert missing_call(["mmap"], ("nt",), "linux", "6.1") == (
        "mmap",
        "mmap: this kernel answers nt calls only",
    )


def test_a_program_without_calls_misses_none() -> None:
    assert missing_call([], (), "linux", "6.1") == ("", "")
