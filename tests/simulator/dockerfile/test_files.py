"""COPY, ADD and VOLUME."""

import pytest

from tests.simulator.dockerfile.texts import only, wrong

BOTH = pytest.mark.parametrize("keyword", ["COPY", "ADD"])


@BOTH
def test_sources_and_a_destination(keyword: str) -> None:
    found = only(f"{keyword} --chown=app:app --chmod=755 a b*  c/")
    assert found.words == ("a", "b*", "c/")
    assert (found.flag("chown"), found.flag("chmod")) == ("app:app", "755")


@BOTH
def test_names_with_spaces_stand_in_a_list(keyword: str) -> None:
    assert only(f'{keyword} ["a b", "/c d/"]').words == ("a b", "/c d/")
    assert only(f'{keyword} "a b" /c/').words == ('"a', 'b"', "/c/")


def test_copy_from_a_stage() -> None:
    assert only("COPY --from=build /a /b").flag("from") == "build"
    assert wrong("FROM a", "ADD --from=build /a /b") == [
        (
            2,
            "ADD",
            "unknown flag: --from",
            (
                "one of: --chown, --chmod, --link, --exclude, --checksum, "
                "--keep-git-dir, --unpack"
            ),
        )
    ]


@BOTH
def test_too_few_arguments(keyword: str) -> None:
    hint = f"{keyword} SOURCE... DESTINATION"
    message = f"{keyword} requires at least two arguments"
    assert wrong("FROM x", keyword, f"{keyword} a", f"{keyword} []") == [
        (2, keyword, message, hint),
        (3, keyword, f"{message}, but only one was provided", hint),
        (4, keyword, message, hint),
    ]


@BOTH
def test_several_sources_need_a_directory(keyword: str) -> None:
    message = f"{keyword} with more than one source needs a directory to copy to"
    assert wrong("FROM x", f"{keyword} a b /c") == [
        (2, keyword, message, "end it with a /: /c/")
    ]
    for target in ("/c/", ".", "..", "$DIR", "${DIR}"):
        assert wrong("FROM x", f"{keyword} a b {target}") == []


def test_modes_are_octal() -> None:
    for mode in ("755", "0644", "4755", "$MODE"):
        assert only(f"COPY --chmod={mode} a b").flag("chmod") == mode
    assert wrong("FROM x", "COPY --chmod=rwx a b") == [
        (2, "COPY", "invalid chmod parameter 'rwx'", "octal digits, such as 755")
    ]


def test_volumes_in_both_forms() -> None:
    assert only("VOLUME /a /b").words == ("/a", "/b")
    assert only('VOLUME ["/a b"]').words == ("/a b",)
    message = "VOLUME requires at least one argument, none of them empty"
    for text in ("VOLUME", "VOLUME []", 'VOLUME [""]'):
        assert wrong("FROM x", text) == [(2, "VOLUME", message, "")]
