"""Assessments: which questions are asked together, and under which rules."""

from django.db import models
from django.db.models import Q

from quizzes.enums import AssessmentKind, ScorePolicy
from quizzes.models.bank import Question, QuestionVersion
from quizzes.models.course import Chapter, Course


class Assessment(models.Model):
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="assessments"
    )
    chapter = models.ForeignKey(
        Chapter, on_delete=models.PROTECT, null=True, related_name="assessments"
    )
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=AssessmentKind)
    instructions = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    # None: as many attempts as the learner wants.
    attempts_allowed = models.PositiveIntegerField(null=True, blank=True)
    tries_per_question = models.PositiveIntegerField(default=1)
    # Which try counts when a question has several.
    score_policy = models.CharField(
        max_length=8, choices=ScorePolicy, default=ScorePolicy.BEST
    )
    time_limit_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["course", "key"], name="assessment_key"),
            models.CheckConstraint(
                condition=Q(kind__in=AssessmentKind.values), name="assessment_kind"
            ),
            models.CheckConstraint(
                condition=Q(tries_per_question__gte=1), name="assessment_tries"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Slot(models.Model):
    """A numbered place for a question; without a pin it takes the newest version."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="slots"
    )
    number = models.PositiveIntegerField()
    question = models.ForeignKey(Question, on_delete=models.PROTECT)
    pinned_version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, null=True, blank=True
    )
    max_mark = models.DecimalField(max_digits=6, decimal_places=2, default=1)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"], name="slot_number"
            ),
            models.CheckConstraint(condition=Q(max_mark__gt=0), name="slot_max_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}.{self.number}"
