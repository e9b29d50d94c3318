"""Reading types out of an OpenAPI 3.1 schema."""

from typing import Any

import pytest

from trapframe.api.reference import Type, read_schema, type_of


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, Type("string")),
        ({"type": "string", "format": "uuid"}, Type("string (uuid)")),
        ({"type": ["string", "null"]}, Type("string or null")),
        ({}, Type("any")),
        ({"$ref": "#/components/schemas/Course"}, Type("Course", "Course")),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/Course"}},
            Type("list of Course", "Course"),
        ),
        (
            {"oneOf": [{"$ref": "#/components/schemas/Draft"}, {"type": "null"}]},
            Type("Draft or null", "Draft"),
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, Type("string or null")),
    ],
)
def test_a_type_in_words(schema: dict[str, Any], expected: Type) -> None:
    assert type_of(schema) == expected


def test_operations_stand_under_their_tags_and_documents_beside_them() -> None:
    operation = {
        "operationId": "get_course",
        "summary": "Read a course",
        "description": "Read a course",
        "tags": ["courses"],
        "security": [{"token": ["learner"]}],
        "responses": {
            "200": {
                "description": "",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Course"}
                    }
                },
            }
        },
    }
    course = {"required": ["key"], "properties": {"key": {"type": "string"}}}
    reference = read_schema(
        {
            "paths": {"/api/v1/courses/{course}/": {"get": operation}},
            "components": {
                "schemas": {"Course": course, "Role": {"enum": ["learner"]}}
            },
        }
    )

    [found] = dict(reference.groups)["Courses"]
    assert (found.method, found.takes_session, found.body) == ("GET", False, None)
    assert found.steps == ["api", "v1", "courses", "{course}"]
    assert found.description_html == ""
    assert [(a.status, a.phrase, a.is_problem) for a in found.answers] == [
        ("200", "OK", False)
    ]
    assert [(d.name, len(d.fields), list(d.values)) for d in reference.documents] == [
        ("Course", 1, []),
        ("Role", 0, ["learner"]),
    ]
