"""What was submitted, executed and graded: to look at, never to change."""

from django.contrib import admin

from quizzes.admin.scope import ReadOnlyRows
from quizzes.admin.shown import as_json
from quizzes.models import GradeEvent, GradingJob, Submission, Verdict

INSTANCE = "variant__instance_question__instance"


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyRows):
    course_path = f"{INSTANCE}__assessment__course"
    list_display = ["uuid", "learner", "question", "number", "received_at"]
    list_select_related = [f"{INSTANCE}__user", "variant__question_version__question"]
    search_fields = ["uuid", f"{INSTANCE}__user__username"]
    fields = ["uuid", "learner", "question", "number", "received_at", "sent"]

    @admin.display(ordering=f"{INSTANCE}__user__username")
    def learner(self, submission: Submission) -> str:
        return str(submission.variant.instance_question.instance.user)

    @admin.display(description="Question version")
    def question(self, submission: Submission) -> str:
        return str(submission.variant.question_version)

    @admin.display(description="Answer")
    def sent(self, submission: Submission) -> str:
        return as_json(submission.answer, "Answer")


@admin.register(GradingJob)
class GradingJobAdmin(ReadOnlyRows):
    course_path = f"submission__{INSTANCE}__assessment__course"
    list_display = ["uuid", "state", "lane", "failures", "queued_at", "finished_at"]
    list_filter = ["state", "lane"]
    search_fields = ["uuid", "submission__uuid"]
    fields = [
        "uuid",
        "submission",
        "state",
        "lane",
        "token",
        "failures",
        "rings",
        "last_error",
        "worker",
        "queued_at",
        "available_at",
        "started_at",
        "lease_until",
        "finished_at",
    ]


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyRows):
    course_path = f"job__submission__{INSTANCE}__assessment__course"
    list_display = [
        "uuid",
        "outcome",
        "fraction",
        "is_superseded",
        "question_version",
        "worker",
        "finished_at",
    ]
    list_select_related = ["question_version__question"]
    list_filter = ["outcome", "is_superseded"]
    search_fields = ["uuid", "job__submission__uuid"]
    fields = [
        "uuid",
        "job",
        "outcome",
        "fraction",
        "is_superseded",
        "question_version",
        "scenario_version",
        "simulator_version",
        "seed",
        "params_digest",
        "hashes",
        "worker",
        "started_at",
        "finished_at",
        "found",
    ]

    @admin.display(description="Evidence")
    def found(self, verdict: Verdict) -> str:
        return as_json(verdict.evidence, "Evidence")

    @admin.display(description="Trace hashes")
    def hashes(self, verdict: Verdict) -> str:
        return as_json(verdict.trace_hashes, "Trace hashes")


@admin.register(GradeEvent)
class GradeEventAdmin(ReadOnlyRows):
    course_path = "instance_question__instance__assessment__course"
    list_display = ["id", "learner", "source", "fraction", "actor", "created_at"]
    list_select_related = ["instance_question__instance__user", "actor"]
    list_filter = ["source"]
    fields = [
        "learner",
        "source",
        "fraction",
        "submission",
        "verdict",
        "actor",
        "reason",
        "created_at",
    ]

    @admin.display(ordering="instance_question__instance__user__username")
    def learner(self, event: GradeEvent) -> str:
        return str(event.instance_question.instance.user)
