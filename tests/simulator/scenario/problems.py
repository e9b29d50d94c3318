"""The problems of small documents, each wrong in one place."""

from typing import Any

from tests.simulator.worlds import document, problems_of, text_of

Found = list[tuple[str, str, str]]


def found(spec: dict[str, Any]) -> Found:
    """Path, message and hint of each problem of a document."""
    return [(p.path, p.message, p.hint) for p in problems_of(text_of(spec))]


def changed(change: dict[str, Any], **more: Any) -> Found:
    return found(document(changes=[change], **more))


def claimed(**fields: Any) -> Found:
    claim = {"text": "t", "expression": "true", **fields}
    return found(document(claims={"c": claim}))


def planned(*steps: Any) -> Found:
    return [
        (path.removeprefix("arms.a."), message, hint)
        for path, message, hint in found(document(list(steps)))
    ]


def world(section: str, **parts: Any) -> Found:
    return found(document(world={section: parts}))
