"""Authors' files: questions, courses, chapters and assessments.

Pure functions and frozen dataclasses; knows neither Django nor the simulator's runs.
"""

from quizzes.specs.assessment import AssessmentSpec, SlotSpec
from quizzes.specs.assessment_reader import read_assessment
from quizzes.specs.course import ChapterSpec, CourseSpec, ObjectiveSpec
from quizzes.specs.course_reader import read_chapter, read_course
from quizzes.specs.problems import SpecError, SpecProblem
from quizzes.specs.question import (
    FREE_RESPONSE,
    MULTIPLE_CHOICE,
    FreeResponseBody,
    MultipleChoiceBody,
    OptionSpec,
    QuestionSpec,
    RubricItem,
)
from quizzes.specs.question_reader import read_question

__all__ = [
    "FREE_RESPONSE",
    "MULTIPLE_CHOICE",
    "AssessmentSpec",
    "ChapterSpec",
    "CourseSpec",
    "FreeResponseBody",
    "MultipleChoiceBody",
    "ObjectiveSpec",
    "OptionSpec",
    "QuestionSpec",
    "RubricItem",
    "SlotSpec",
    "SpecError",
    "SpecProblem",
    "read_assessment",
    "read_chapter",
    "read_course",
    "read_question",
]
