"""The domain's tables: fields and constraints; verbs live in quizzes/domain."""

from quizzes.models.assessment import Assessment, Slot
from quizzes.models.attempt import (
    AssessmentInstance,
    Draft,
    InstanceQuestion,
    Submission,
    Variant,
)
from quizzes.models.bank import (
    LeasedJob,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)
from quizzes.models.course import Chapter, ChapterRead, Course, Enrolment, Objective
from quizzes.models.grading import (
    GradeEvent,
    GradingJob,
    Run,
    Verdict,
    WorkerHeartbeat,
)
from quizzes.models.observing import LiveWorker, Observation

__all__ = [
    "Assessment",
    "AssessmentInstance",
    "Chapter",
    "ChapterRead",
    "Course",
    "Draft",
    "Enrolment",
    "GradeEvent",
    "GradingJob",
    "InstanceQuestion",
    "LeasedJob",
    "LiveWorker",
    "Objective",
    "Observation",
    "Proof",
    "Question",
    "QuestionVersion",
    "Run",
    "Scenario",
    "ScenarioVersion",
    "Slot",
    "Submission",
    "Variant",
    "Verdict",
    "WorkerHeartbeat",
]
