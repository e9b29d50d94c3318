"""The states of the domain; their transitions live in quizzes/domain."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person is in a course."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"


class VersionState(TextChoices):
    """Life of a question or scenario version; a published one never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class AssessmentKind(TextChoices):
    QUIZ = "quiz"
    EXERCISE = "exercise"
    INTERVIEW = "interview"


class ScorePolicy(TextChoices):
    BEST = "best"
    LAST = "last"


class InstanceState(TextChoices):
    """Life of one learner's attempt at an assessment."""

    IN_PROGRESS = "in_progress"
    FINISHED = "finished"


class QuestionState(TextChoices):
    """What a learner sees of one question of an attempt."""

    TODO = "todo"
    SAVED = "saved"
    GRADING = "grading"
    NEEDS_GRADING = "needs_grading"
    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"


class VariantState(TextChoices):
    OPEN = "open"
    CLOSED = "closed"
    BROKEN = "broken"


class Lane(TextChoices):
    """Queues with workers of their own: a regrade never delays a live quiz."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


class LiveQueue(TextChoices):
    """Queues of observations; a worker needs a capability to take from one."""

    PROGRAMS = "live-exec"
    CONTAINERS = "live-containers"
    GUESTS = "live-guest"

    @property
    def capability(self) -> str:
        """The capability that a worker's report must have, by its name there."""
        return self.value.removeprefix("live-")


class JobState(TextChoices):
    """States of a grading job.

    ``queued``, ``running`` and ``needs_grading`` are open. Four faults end a job
    without a grade: the learner's answer (``invalid``), the author's question
    (``broken``), the platform (``dead``) and a newer result (``superseded``).
    """

    QUEUED = "queued"
    RUNNING = "running"
    NEEDS_GRADING = "needs_grading"
    GRADED = "graded"
    INVALID = "invalid"
    BROKEN = "broken"
    DEAD = "dead"
    SUPERSEDED = "superseded"


class ProofState(TextChoices):
    """States of a proof: two open ones, four ends."""

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    FAILED = "failed"
    CANCELED = "canceled"
    DEAD = "dead"


class ObservationState(TextChoices):
    """States of an observation: two open ones, three ends.

    ``observed``: a worker has looked, whatever it could see. ``dead``: three workers
    or attempts failed. ``untaken``: no worker was there to take it.
    """

    QUEUED = "queued"
    RUNNING = "running"
    OBSERVED = "observed"
    DEAD = "dead"
    UNTAKEN = "untaken"


class Outcome(TextChoices):
    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    INVALID = "invalid"
    BROKEN = "broken"


class GradeSource(TextChoices):
    AUTO = "auto"
    MANUAL = "manual"
    REGRADE = "regrade"


OPEN_OBSERVATION_STATES = (ObservationState.QUEUED, ObservationState.RUNNING)
OPEN_JOB_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.NEEDS_GRADING)
# A try is spent only by the learner's own answer, never by a fault of another.
SPENT_JOB_STATES = (*OPEN_JOB_STATES, JobState.GRADED)
