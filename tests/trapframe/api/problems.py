"""Reading problem documents."""

from typing import Any


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The document of a response that must be this problem."""
    assert (response.status_code, response["Content-Type"]) == (
        status,
        "application/problem+json",
    ), response.content
    document = response.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["type"] == f"urn:trapframe:problem:{code}"
    assert {"title", "detail", "problems"} <= document.keys()
    return document
