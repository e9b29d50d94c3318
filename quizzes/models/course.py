"""Courses, chapters, objectives, and who takes part."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from quizzes.enums import Role


class Course(models.Model):
    key = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    # Anyone may enrol as a learner by starting; otherwise an instructor enrols.
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title


class Enrolment(models.Model):
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="enrolments"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments"
    )
    role = models.CharField(max_length=12, choices=Role, default=Role.LEARNER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="enrolled_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="enrolment_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role} in {self.course_id}"


class Chapter(models.Model):
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="chapters"
    )
    key = models.SlugField()
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    level = models.CharField(max_length=40, blank=True)
    minutes = models.PositiveIntegerField(default=0)
    source = models.TextField(help_text="Markdown with front matter")
    # Rendered when it is saved: learners' pages do no Markdown.
    intro_html = models.TextField(editable=False)
    body_html = models.TextField(editable=False)
    # The name of a drawn figure that stands between intro and body.
    figure = models.CharField(max_length=40, blank=True)
    next_title = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "key"], name="chapter_key"),
            models.UniqueConstraint(fields=["course", "number"], name="chapter_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Objective(models.Model):
    chapter = models.ForeignKey(
        Chapter, on_delete=models.CASCADE, related_name="objectives"
    )
    key = models.CharField(max_length=20)
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["chapter", "key"], name="objective_key")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"


class ChapterRead(models.Model):
    """That a learner has marked a chapter as read; a row of the progress."""

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chapter", "user"], name="read_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.chapter_id}"
