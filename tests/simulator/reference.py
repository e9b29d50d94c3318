"""The words of the language: the tables of simulator/README.md, and its schema.

`python -m tests.simulator.reference` writes them anew from the simulator itself.
"""

import re
from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import Any

from simulator import MECHANISMS
from simulator.actions.plan import VERBS
from simulator.cli.schema import spelled_schema
from simulator.mechanisms import Mechanism, Value
from simulator.subsystems.behaviour import STEPS
from tests.source_code import ROOT

PAGE = ROOT / "simulator" / "README.md"
SCHEMA = ROOT / "docs" / "scenario.schema.json"
_BLOCK = "<!-- {name}: begin -->\n{table}\n<!-- {name}: end -->"


def table(*rows: tuple[str, ...]) -> str:
    """Rows as a table; the first is its head."""
    head, *rest = rows
    lines = [head, tuple("---" for _ in head), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def documented(functions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each word and the first line of its function's docstring."""
    for word, function in functions.items():
        text = (getdoc(function) or "").partition("\n")[0].rstrip(".")
        yield f"`{word}`", text[:1].lower() + text[1:]


def mechanisms() -> Iterator[tuple[str, str, str, str]]:
    for name, mechanism in MECHANISMS.items():
        yield (
            f"`{name}`",
            _spelled(mechanism.default),
            _choices(mechanism),
            mechanism.about,
        )


def _choices(mechanism: Mechanism) -> str:
    if mechanism.is_number:
        return f"{mechanism.least} to {mechanism.most}"
    return _spelled(mechanism.choices)


def _spelled(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def tables() -> dict[str, str]:
    """Each generated table by its name on the page."""
    return {
        "actions": table(("action", "what it does"), *documented(VERBS)),
        "steps": table(("step", "what it does"), *documented(STEPS)),
        "mechanisms": table(
            ("mechanism", "default", "choices", "what it is"), *mechanisms()
        ),
    }


def written(text: str) -> str:
    """The page with its tables as they should be."""
    for name, content in tables().items():
        block = _BLOCK.format(name=name, table=content)
        pattern = re.compile(_BLOCK.format(name=name, table=".*?"), re.DOTALL)
        text = pattern.sub(lambda _, block=block: block, text)  # type: ignore[misc]
    return text


def write() -> None:
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(spelled_schema(), encoding="utf-8")


if __name__ == "__main__":
    write()
