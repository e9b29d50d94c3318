"""The arguments of an instruction: words, lists in JSON, flags, names with values."""

import json
import re
from difflib import get_close_matches

from simulator.dockerfile.limits import MAX_WORDS, Report

_STRING = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
_LIST = re.compile(rf"\[\s*(?:{_STRING}\s*(?:,\s*{_STRING}\s*)*)?\]\s*\Z")
_FLAG = re.compile(r"--([a-zA-Z][a-zA-Z0-9-]*)(?:=(\S*))?(?:\s+|\Z)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Pairs = tuple[tuple[str, str | None], ...]


def exec_form(rest: str) -> tuple[str, ...] | None:
    """Return the words of a list of strings in JSON; None for anything else."""
    if not _LIST.match(rest):
        return None
    try:
        return tuple(json.loads(rest))
    except ValueError:
        return None


def quoted_words(text: str, escape: str) -> list[str]:
    """Split at white space outside of quotes; quotes and escapes stay."""
    words: list[str] = []
    word, quote, at = "", "", 0
    while at < len(text):
        letter = text[at]
        if letter == escape and quote != "'" and at + 1 < len(text):
            word += text[at : at + 2]
            at += 2
            continue
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        if letter.isspace() and not quote:
            words += [word] if word else []
            word = ""
        else:
            word += letter
        at += 1
    return [*words, word] if word else words


def flags_of(
    rest: str, known: tuple[str, ...], line: int, keyword: str, report: Report
) -> tuple[tuple[tuple[str, str], ...], str]:
    """Take the flags off the front; return them and what is left."""
    flags: list[tuple[str, str]] = []
    while match := _FLAG.match(rest):
        name, value = match[1], match[2]
        rest = rest[match.end() :]
        if name not in known:
            close = get_close_matches(name, known, 1)
            listed = ", ".join(f"--{flag}" for flag in known)
            hint = f"one of: {listed}" if known else f"{keyword} has no flags"
            hint = f"did you mean --{close[0]}?" if close else hint
            report.wrong(line, keyword, f"unknown flag: --{name}", hint)
        elif value == "":
            report.wrong(line, keyword, f"missing a value on flag: --{name}")
        flags.append((name, "true" if value is None else value))
    return tuple(flags), rest


def pairs_of(rest: str, escape: str, line: int, keyword: str, report: Report) -> Pairs:
    """Return ``name=value`` pairs, or the one pair of the old form with a space."""
    words = quoted_words(rest, escape)
    if not words:
        report.wrong(line, keyword, f"{keyword} requires at least one argument")
        return ()
    if "=" not in words[0]:
        value = rest.partition(words[0])[2].strip()
        if not value:
            report.wrong(line, keyword, f"{keyword} must have two arguments")
            return ()
        hint = f"write {keyword} {words[0]}=..."
        report.unwise(line, keyword, "LegacyKeyValueFormat", hint)
        return ((words[0], value),)
    return _equations(words[:MAX_WORDS], line, keyword, report)


def _equations(words: list[str], line: int, keyword: str, report: Report) -> Pairs:
    pairs: list[tuple[str, str | None]] = []
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            message = f"can't find = in {word!r}"
            hint = "each must be name=value; put quotes around a value with spaces"
            report.wrong(line, keyword, message, hint)
        elif not name:
            report.wrong(line, keyword, f"{keyword} names can not be blank")
        pairs.append((name, value))
    return tuple(pairs)


def arguments_of(rest: str, escape: str, line: int, report: Report) -> Pairs:
    """Return what ARG declares: names, with a default or without."""
    pairs: list[tuple[str, str | None]] = []
    for word in quoted_words(rest, escape)[:MAX_WORDS]:
        name, sign, value = word.partition("=")
        if not _NAME.match(name):
            report.wrong(line, "ARG", f"{name!r} is not the name of a variable")
        pairs.append((name, value if sign else None))
    if not pairs:
        report.wrong(line, "ARG", "ARG requires at least one argument")
    return tuple(pairs)
