"""Reason codes: all that the API can answer are listed, with the status they have."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from quizzes.domain import drafting, enrolling, errors, finishing, starting, submitting
from quizzes.question_types.free_response import type as free_response
from quizzes.question_types.multiple_choice import type as multiple_choice
from trapframe.api import lms_learners
from trapframe.api.reasons import REASONS, title_of
from trapframe.api.views import variants

# The verbs that the API calls, and the types of question that parse its answers.
SOURCES = (
    drafting,
    enrolling,
    finishing,
    lms_learners,
    starting,
    submitting,
    variants,
)
CLASSES = {
    "NotAllowedError": errors.NotAllowedError,
    "ConflictError": errors.ConflictError,
    "InvalidInputError": errors.InvalidInputError,
    "LearnerUnknownError": lms_learners.LearnerUnknownError,
}


def raised(module: ModuleType, names: set[str]) -> Iterator[tuple[str, str]]:
    """(class, code) of each error that the module makes with a literal code."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in names and isinstance(node.args[0], ast.Constant):
            yield node.func.id, node.args[0].value


@pytest.mark.parametrize("module", SOURCES, ids=lambda module: module.__name__)
def test_each_code_of_the_domain_is_listed_with_its_status(module: ModuleType) -> None:
    found = set(raised(module, set(CLASSES)))

    assert found or module is variants
    for name, code in found:
        assert REASONS[code].status == CLASSES[name].status_hint, code


@pytest.mark.parametrize("module", [free_response, multiple_choice])
def test_each_code_of_a_question_type_is_listed(module: ModuleType) -> None:
    found = {code for _, code in raised(module, {"InvalidAnswerError"})}

    assert found
    assert found <= set(variants.ANSWER_REASONS)
    assert {REASONS[code].status for code in found} == {422}


def test_a_title_is_the_same_for_every_problem_of_a_code() -> None:
    assert title_of("no_tries_left", default="Conflict") == "No tries left"
    assert title_of("of_a_new_type", default="Conflict") == "Conflict"


def test_the_page_for_integrators_lists_every_code() -> None:
    page = Path(__file__).parents[3] / "docs" / "api.md"
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.read_text().splitlines()
        if line.startswith("| `")
    ]

    listed = {row[0].strip("`"): (int(row[1]), row[2]) for row in rows if len(row) == 3}
    assert listed == {
        code: (reason.status, reason.advice) for code, reason in REASONS.items()
    }
