"""The schema is complete, and what it promises is what programs can rely on."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from trapframe.api.reasons import REASONS

OPERATIONS = {"get", "put", "post", "patch", "delete"}
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return yaml.load(Client().get("/api/v1/schema/").content, Loader=yaml.CSafeLoader)


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in schema["paths"].items():
        for method in OPERATIONS & item.keys():
            yield f"{method} {path}", item[method]


def test_it_is_made_without_a_warning_and_valid() -> None:
    output = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=output)

    assert yaml.load(output.getvalue(), Loader=yaml.CSafeLoader)["openapi"] == "3.1.1"


def test_it_is_served_as_yaml_and_json_to_anybody(schema: dict[str, Any]) -> None:
    answer = Client().get(
        "/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}
    )

    assert json.loads(answer.content) == schema


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    found = dict(operations(schema))

    assert len(found) == 21
    assert all(operation["summary"] for operation in found.values())
    assert all(operation["tags"] for operation in found.values())
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)


def test_every_operation_names_its_scopes(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        schemes = {
            key: value for way in operation["security"] for key, value in way.items()
        }
        assert schemes["token"], name
        assert ("session" in schemes) == (schemes["token"] != ["lms"]), name


def test_every_error_is_a_problem_document(schema: dict[str, Any]) -> None:
    common = {"400", "401", "403", "405", "406", "422", "429", "500", "503"}
    for name, operation in operations(schema):
        errors = {
            status: response
            for status, response in operation["responses"].items()
            if not status.startswith("2")
        }
        assert common <= errors.keys(), name
        assert all(set(r["content"]) == {PROBLEM} for r in errors.values()), name
        if "requestBody" in operation:
            assert {"413", "415"} <= errors.keys(), name
        if "{" in name:
            assert "404" in errors, name


def test_every_reason_code_is_explained_where_it_occurs(schema: dict[str, Any]) -> None:
    text = json.dumps(schema["paths"])

    unexplained = {code for code in REASONS if f"`{code}`" not in text}
    assert unexplained == {"permission_denied"}


def test_written_bodies_have_an_example(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]
            assert set(content) == {"application/json"}, name
            assert content["application/json"]["examples"], name


def test_the_idempotency_key_is_required(schema: dict[str, Any]) -> None:
    operation = schema["paths"]["/api/v1/variants/{uuid}/submissions/"]["post"]
    [header] = [p for p in operation["parameters"] if p["in"] == "header"]

    assert (header["name"], header["required"]) == ("Idempotency-Key", True)
