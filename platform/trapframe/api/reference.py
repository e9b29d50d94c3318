"""The schema as a page shows it: operations by tag, and the documents they carry."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from quizzes.markup import render_block, render_inline

TAGS: Mapping[str, str] = {
    "courses": "Courses",
    "attempts": "Attempts and answers",
    "gradebook": "Grade book",
    "lms": "Learning-management systems",
}
_METHODS = ("get", "post", "put", "patch", "delete")
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value in words; ``document`` names the one that it links to."""

    words: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a document."""

    name: str
    type: Type
    place: str
    is_required: bool
    description_html: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    phrase: str
    type: Type
    description_html: str

    @property
    def is_problem(self) -> bool:
        return self.status >= "4"


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: str
    summary: str
    description_html: str
    scopes: Sequence[str]
    takes_session: bool
    parameters: Sequence[Field]
    body: Type | None
    example: str
    answers: Sequence[Answer]

    @property
    def steps(self) -> Sequence[str]:
        """The path's parts: a narrow page breaks the line between them."""
        return self.path.strip("/").split("/")


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    description_html: str
    fields: Sequence[Field]
    values: Sequence[str]
    """What it may be, where it is one of a few words."""


@dataclass(frozen=True, slots=True)
class Reference:
    groups: Sequence[tuple[str, Sequence[Operation]]]
    documents: Sequence[Document]


def read_schema(schema: Mapping[str, Any]) -> Reference:
    """The page's content, of an OpenAPI 3.1 document made by drf-spectacular."""
    by_tag: dict[str, list[Operation]] = defaultdict(list)
    for path, item in schema["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                by_tag[operation["tags"][0]].append(_operation(method, path, operation))
    components = schema["components"]["schemas"].items()
    return Reference(
        groups=[(title, by_tag[tag]) for tag, title in TAGS.items()],
        documents=[_document(name, component) for name, component in components],
    )


def _operation(method: str, path: str, item: Mapping[str, Any]) -> Operation:
    schemes = {name: scopes for way in item["security"] for name, scopes in way.items()}
    content = item.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(content.get("examples", {}).values())
    return Operation(
        name=item["operationId"],
        method=method.upper(),
        path=path,
        summary=item["summary"],
        description_html=""
        if item["description"] == item["summary"]
        else render_block(item["description"]),
        scopes=schemes["token"],
        takes_session="session" in schemes,
        parameters=[_parameter(entry) for entry in item.get("parameters", ())],
        body=type_of(content["schema"]) if content else None,
        example=json.dumps(examples[0]["value"], indent=2) if examples else "",
        answers=[_answer(*answer) for answer in item["responses"].items()],
    )


def _parameter(item: Mapping[str, Any]) -> Field:
    return Field(
        name=item["name"],
        type=type_of(item["schema"]),
        place=item["in"],
        is_required=item.get("required", False),
        description_html=render_inline(item.get("description", "")),
    )


def _answer(status: str, item: Mapping[str, Any]) -> Answer:
    content = next(iter(item["content"].values()))
    return Answer(
        status=status,
        phrase=HTTPStatus(int(status)).phrase,
        type=type_of(content["schema"]),
        description_html=render_block(item["description"]),
    )


def _document(name: str, item: Mapping[str, Any]) -> Document:
    required = item.get("required", ())
    return Document(
        name=name,
        description_html=""
        if "enum" in item
        else render_block(item.get("description", "")),
        fields=[
            Field(
                name=field,
                type=type_of(schema),
                place="",
                is_required=field in required,
                description_html=render_inline(schema.get("description", "")),
            )
            for field, schema in item.get("properties", {}).items()
        ],
        values=item.get("enum", ()),
    )


def type_of(schema: Mapping[str, Any]) -> Type:
    """The type in words; a reference, alone or in a list, leads to its document."""
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return _one_of([type_of(part) for part in schema[word]])
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return Type(name, name)
    kinds = schema.get("type", "any")
    if kinds == "array":
        inner = type_of(schema["items"])
        return Type(f"list of {inner.words}", inner.document)
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    if "format" in schema:
        words += f" ({schema['format']})"
    return Type(words)


def _one_of(parts: Sequence[Type]) -> Type:
    words = " or ".join(part.words for part in parts)
    return Type(words, next((part.document for part in parts if part.document), ""))
