import pytest

from quizzes.domain.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DomainError, 400),
        (NotAllowedError, 403),
        (ConflictError, 409),
        (InvalidInputError, 422),
    ],
)
def test_each_kind_has_its_status(kind: type[DomainError], status: int) -> None:
    problems = [{"line": 3, "message": "no"}]
    error = kind("some_code", "Some words.", problems=problems)
    assert error.code == "some_code"
    assert error.message == "Some words."
    assert str(error) == "Some words."
    assert error.problems == problems
    assert error.status_hint == status
    assert kind("other_code", "Other words.").problems == []


def test_what_is_not_there_is_named() -> None:
    error = NotFoundError("attempt")
    assert error.code == "not_found"
    assert error.message == "There is no such attempt."
    assert error.status_hint == 404
