"""What a person can do wrong, in words that a person can act on."""

from collections.abc import Sequence
from typing import Any


class DomainError(Exception):
    """A refusal with a stable reason code.

    ``code`` is for programs, ``message`` for people; ``problems`` are the single
    places to mend; ``status_hint`` is the HTTP status that fits.
    """

    status_hint = 400

    def __init__(
        self, code: str, message: str, *, problems: Sequence[dict[str, Any]] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.problems = list(problems)


class NotAllowedError(DomainError):
    """The person may see the thing, but may not do this to it."""

    status_hint = 403


class NotFoundError(DomainError):
    """There is no such thing, or none that this person may know of."""

    status_hint = 404

    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"There is no such {what}.")


class ConflictError(DomainError):
    """The thing is not in a state in which this can be done."""

    status_hint = 409


class InvalidInputError(DomainError):
    """The input cannot be taken as it is."""

    status_hint = 422
