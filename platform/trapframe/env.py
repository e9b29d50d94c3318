"""Typed readers of environment variables; every setting that varies comes from here."""

import os
from pathlib import Path


class MissingSettingError(Exception):
    """A required environment variable is not set."""


def text(name: str, default: str | None = None) -> str:
    """The variable's value; an empty value counts as not set.

    Raises MissingSettingError when it is not set and has no default.
    """
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        message = f"{name} is not set: give it in the environment"
        raise MissingSettingError(message)
    return default


def flag(name: str, *, default: bool) -> bool:
    """True for 1, true, yes, on (any case); False for 0, false, no, off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    message = f"{name}={value!r} is no yes or no: use 1 or 0"
    raise MissingSettingError(message)


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        message = f"{name}={value!r} is not a whole number"
        raise MissingSettingError(message) from error


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """A folder's absolute path; it need not exist yet."""
    return Path(text(name, str(default))).expanduser().resolve()
