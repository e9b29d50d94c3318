"""The admin's pages: plain tables of the domain, each row seen through its course.

Texts are written in the editor (trapframe.author) and every change of state is a verb
of quizzes.domain: nothing here sets a state or edits a text.
"""

from quizzes.admin.assessment import AssessmentAdmin
from quizzes.admin.bank import (
    ObservationAdmin,
    ProofAdmin,
    QuestionAdmin,
    QuestionVersionAdmin,
    ScenarioAdmin,
    ScenarioVersionAdmin,
)
from quizzes.admin.course import ChapterAdmin, CourseAdmin, EnrolmentAdmin
from quizzes.admin.ledger import (
    GradeEventAdmin,
    GradingJobAdmin,
    SubmissionAdmin,
    VerdictAdmin,
)

__all__ = [
    "AssessmentAdmin",
    "ChapterAdmin",
    "CourseAdmin",
    "EnrolmentAdmin",
    "GradeEventAdmin",
    "GradingJobAdmin",
    "ObservationAdmin",
    "ProofAdmin",
    "QuestionAdmin",
    "QuestionVersionAdmin",
    "ScenarioAdmin",
    "ScenarioVersionAdmin",
    "SubmissionAdmin",
    "VerdictAdmin",
]
