"""Words as a command gets them: variables replaced, split, names of files filled in."""

from collections.abc import Callable, Iterable, Mapping

from simulator.dockerfile import ExpansionError, expand
from simulator.subsystems.builds.shell.tokens import Part, ShellSyntaxError, Word

MAX_FIELDS = 500
Glob = Callable[[str], list[str]]
"""Returns the paths that a pattern names."""


def text_of(word: Word, values: Mapping[str, str]) -> str:
    """Return a word as one text, as in an assignment or after a redirection."""
    return "".join(_expanded(part, values) for part in word.parts)


def fields_of(
    words: Iterable[Word], values: Mapping[str, str], glob: Glob
) -> list[str]:
    """Return the arguments that words give: none, one or many each."""
    fields: list[str] = []
    for word in words:
        for field, has_pattern in _split(word, values):
            found = glob(field) if has_pattern else []
            fields += found or [field]
        if len(fields) > MAX_FIELDS:
            raise ShellSyntaxError("Argument list too long")
    return fields


def _split(word: Word, values: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Split what was not quoted at white space; say where a pattern may be."""
    fields: list[tuple[str, bool]] = []
    text, begun, pattern = "", False, False
    for part in word.parts:
        expanded = _expanded(part, values)
        if part.quote:
            text, begun = text + expanded, True
            continue
        pieces = expanded.split()
        if expanded[:1].isspace() and begun:
            fields.append((text, pattern))
            text, begun, pattern = "", False, False
        for number, piece in enumerate(pieces):
            if number:
                fields.append((text, pattern))
                text, pattern = "", False
            text, begun = text + piece, True
            pattern = pattern or "*" in piece or "?" in piece
        if pieces and expanded[-1].isspace():
            fields.append((text, pattern))
            text, begun, pattern = "", False, False
    return [*fields, (text, pattern)] if begun else fields


def _expanded(part: Part, values: Mapping[str, str]) -> str:
    if part.quote == "'":
        return part.text
    text = part.text.replace("$?", values.get("?", "0"))
    try:
        return expand(f'"{text}"' if part.quote else text, values)
    except ExpansionError as error:
        raise ShellSyntaxError(f"Bad substitution: {error}") from error
