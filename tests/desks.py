"""A course with one question and its people: what most tests of the domain need.

*learner* has an attempt in progress, *peer* learns beside them, *instructor* teaches
the course.
"""

from dataclasses import dataclass
from typing import Any

from quizzes.models import (
    Assessment,
    AssessmentInstance,
    Course,
    InstanceQuestion,
    QuestionVersion,
    Submission,
    Variant,
)
from tests import factories


@dataclass(frozen=True, slots=True)
class Desk:
    course: Course
    version: QuestionVersion
    assessment: Assessment
    learner: Any
    peer: Any
    instructor: Any
    instance: AssessmentInstance

    @property
    def variant(self) -> Variant:
        """The variant of the only question, read anew."""
        return Variant.objects.select_related(
            "instance_question__instance__assessment__course",
            "question_version__question__course",
            "scenario_version",
        ).get(instance_question__instance=self.instance, instance_question__number=1)

    @property
    def question(self) -> InstanceQuestion:
        """The only question as it is now."""
        return InstanceQuestion.objects.get(instance=self.instance, number=1)

    def submit(self, *chosen: str, text: str = "", key: str = "") -> Submission:
        """An answer of the learner: option keys, or a text."""
        raw = {"text": text} if text else {"chosen": list(chosen)}
        return factories.submit(self.variant, raw, key=key)

    def graded(self, *chosen: str) -> Submission:
        """An answer of the learner, graded by a worker."""
        submission = self.submit(*chosen)
        assert factories.drain() == 1
        return submission


def make_desk(version: QuestionVersion, **fields: Any) -> Desk:
    """The people around this question; ``fields`` are the assessment's."""
    course = version.question.course
    assessment = factories.make_assessment(course, version.question, **fields)
    learner = factories.make_user()
    return Desk(
        course=course,
        version=version,
        assessment=assessment,
        learner=learner,
        peer=factories.make_user(),
        instructor=factories.make_instructor(course),
        instance=factories.start(assessment, learner),
    )


def executed_desk(*, text: str = factories.SINGLE_CHOICE, **fields: Any) -> Desk:
    """A desk whose question is decided by runs; option a is right, b is wrong."""
    return make_desk(factories.make_small(factories.make_course(), text=text), **fields)


def written_desk(**fields: Any) -> Desk:
    """A desk whose question waits for a person: items kernel (2), stages (1)."""
    return make_desk(factories.make_free_response(factories.make_course()), **fields)
