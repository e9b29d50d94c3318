"""Specs are stored as JSON and come back as they were."""

import json
from typing import Any

from hypothesis import given

from quizzes.specs import (
    AssessmentSpec,
    ChapterSpec,
    CourseSpec,
    QuestionSpec,
    read_assessment,
    read_chapter,
    read_course,
    read_question,
)
from tests.quizzes.specs.samples import ASSESSMENT, CHAPTER, CHOICE, COURSE, FREE
from tests.quizzes.specs.strategies import SPECS

Spec = AssessmentSpec | ChapterSpec | CourseSpec | QuestionSpec


def stored(data: dict[str, Any]) -> Any:
    return json.loads(json.dumps(data))


@given(SPECS)
def test_every_spec_survives_storage(spec: Spec) -> None:
    assert type(spec).from_json(stored(spec.to_json())) == spec


def test_a_multiple_choice_question_as_json() -> None:
    assert stored(read_question(CHOICE).to_json()) == {
        "key": "which-type",
        "type": "multiple_choice",
        "title": "Which type?",
        "chapter": "virtualization",
        "objectives": ["LO1", "LO2"],
        "scenario": "bare-hardware",
        "prompt": "A server has ${ram_gib} GiB.\n\n**Which** type fits?",
        "explanation": "Type 1 needs no host.",
        "body": {
            "choose": 1,
            "options": [
                {
                    "key": "a",
                    "text": "Type 1",
                    "claim": "type_1_serves",
                    "refuted_by": None,
                    "feedback": "",
                },
                {
                    "key": "b",
                    "text": "Type 2",
                    "claim": "type_2_serves",
                    "refuted_by": "type_2_needs_a_host",
                    "feedback": "It needs a host.",
                },
            ],
        },
    }


def test_a_free_response_as_json() -> None:
    assert stored(read_question(FREE).to_json())["body"] == {
        "rubric": [
            {"key": "decision", "points": 1, "statement": "Decides."},
            {"key": "reason", "points": 3, "statement": "Gives the reason."},
        ],
        "max_words": 200,
    }


def test_a_course_as_json() -> None:
    assert stored(read_course(COURSE).to_json()) == {
        "key": "operating-systems",
        "title": "Operating systems",
        "summary": "How programs share a machine.",
        "chapters": ["processes", "virtualization"],
    }


def test_a_chapter_as_json() -> None:
    assert stored(read_chapter(CHAPTER).to_json()) == {
        "key": "virtualization",
        "number": 21,
        "title": "Virtualization",
        "level": "intermediate",
        "minutes": 30,
        "objectives": [
            {"key": "LO1", "statement": "Say what it is."},
            {"key": "LO2", "statement": "Say why it pays."},
        ],
        "next_title": "Distributed systems",
        "figure": "two-towers",
        "intro": "One becomes many.",
        "body": "## Why\n\nBecause.",
    }


def test_an_assessment_as_json() -> None:
    assert stored(read_assessment(ASSESSMENT).to_json()) == {
        "key": "chapter-quiz",
        "chapter": "virtualization",
        "title": "Quiz",
        "kind": "quiz",
        "instructions": "Two tries each.",
        "attempts_allowed": 3,
        "tries_per_question": 2,
        "score_policy": "last",
        "time_limit_minutes": 20,
        "slots": [
            {"question": "which-type", "max_mark": "1"},
            {"question": "tell-me", "max_mark": "2.5"},
        ],
    }
