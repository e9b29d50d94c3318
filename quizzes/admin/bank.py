"""Questions, scenarios, their proofs and observations; the editor changes them."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery

from quizzes.admin.scope import ReadOnlyRows, Request
from quizzes.admin.shown import as_json, as_text
from quizzes.domain.queries.authored import own_scenario_versions
from quizzes.enums import VersionState
from quizzes.models import (
    Observation,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)


def _newest(versions: QuerySet[Any], field: str) -> Subquery:
    return Subquery(versions.order_by("-number").values(field)[:1])


@admin.register(Question)
class QuestionAdmin(ReadOnlyRows):
    list_display = ["key", "course", "title", "newest", "published"]
    list_select_related = ["course"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["key"]
    fields = ["course", "key", "title", "newest", "published"]

    def get_queryset(self, request: Request) -> QuerySet[Any]:
        versions = QuestionVersion.objects.filter(question=OuterRef("pk"))
        published = versions.filter(state=VersionState.PUBLISHED)
        rows = super().get_queryset(request)
        annotated: QuerySet[Any] = rows.annotate(
            newest_title=_newest(versions, "title"),
            newest_number=_newest(versions, "number"),
            newest_state=_newest(versions, "state"),
            published_number=_newest(published, "number"),
        )
        return annotated

    @admin.display(description="Title")
    def title(self, question: Any) -> str | None:
        title: str | None = question.newest_title
        return title

    @admin.display(description="Newest version")
    def newest(self, question: Any) -> str | None:
        return _version(question.newest_number, question.newest_state)

    @admin.display(description="Published version")
    def published(self, question: Any) -> str | None:
        return _version(question.published_number)


def _version(number: int | None, state: str = "") -> str | None:
    return None if number is None else f"{number} {state}".strip()


@admin.register(QuestionVersion)
class QuestionVersionAdmin(ReadOnlyRows):
    course_path = "question__course"
    list_display = ["__str__", "title", "state", "type", "author", "published_at"]
    list_select_related = ["question", "author"]
    list_filter = ["state", "type"]
    search_fields = ["question__key", "title"]
    fields = [
        "question",
        "number",
        "state",
        "title",
        "type",
        "scenario_version",
        "proof",
        "author",
        "created_at",
        "published_at",
        "digest",
        "text",
    ]

    @admin.display(description="Source")
    def text(self, version: QuestionVersion) -> str:
        return as_text(version.source, "Source")


@admin.register(Scenario)
class ScenarioAdmin(ReadOnlyRows):
    list_display = ["key", "newest", "published"]
    search_fields = ["key"]
    fields = ["key", "newest", "published"]

    def get_queryset(self, request: Request) -> QuerySet[Any]:
        versions = own_scenario_versions(request.user)
        mine = versions.filter(scenario=OuterRef("pk"))
        published = mine.filter(state=VersionState.PUBLISHED)
        return Scenario.objects.annotate(
            newest_number=_newest(mine, "number"),
            newest_state=_newest(mine, "state"),
            published_number=_newest(published, "number"),
        ).filter(newest_number__isnull=False)

    @admin.display(description="Newest version")
    def newest(self, scenario: Any) -> str | None:
        return _version(scenario.newest_number, scenario.newest_state)

    @admin.display(description="Published version")
    def published(self, scenario: Any) -> str | None:
        return _version(scenario.published_number)


@admin.register(ScenarioVersion)
class ScenarioVersionAdmin(ReadOnlyRows):
    list_display = ["__str__", "title", "state", "author", "published_at"]
    list_select_related = ["scenario", "author"]
    list_filter = ["state"]
    search_fields = ["scenario__key", "title"]
    fields = [
        "scenario",
        "number",
        "state",
        "title",
        "author",
        "created_at",
        "published_at",
        "digest",
        "text",
    ]

    def get_queryset(self, request: Request) -> QuerySet[Any]:
        return own_scenario_versions(request.user)

    @admin.display(description="Source")
    def text(self, version: ScenarioVersion) -> str:
        return as_text(version.source, "Source")


@admin.register(Proof)
class ProofAdmin(ReadOnlyRows):
    course_path = "question_version__question__course"
    list_display = ["proved", "state", "done", "total", "requested_by", "queued_at"]
    list_select_related = ["question_version__question", "requested_by"]
    list_filter = ["state"]
    search_fields = ["question_version__question__key"]
    fields = [
        "question_version",
        "scenario_version",
        "state",
        "done",
        "total",
        "simulator_version",
        "question_digest",
        "scenario_digest",
        "requested_by",
        "queued_at",
        "started_at",
        "finished_at",
        "worker",
        "failures",
        "last_error",
        "found",
    ]

    @admin.display(description="Question version", ordering="question_version")
    def proved(self, proof: Proof) -> str:
        return str(proof.question_version)

    @admin.display(description="Counterexamples")
    def found(self, proof: Proof) -> str:
        return as_json(proof.counterexamples, "Counterexamples")


@admin.register(Observation)
class ObservationAdmin(ReadOnlyRows):
    list_display = ["uuid", "scenario_version", "state", "lane", "worker", "kernel"]
    list_select_related = ["scenario_version__scenario"]
    list_filter = ["state", "lane"]
    search_fields = ["uuid", "scenario_version__scenario__key"]
    fields = [
        "uuid",
        "scenario_version",
        "parameters",
        "state",
        "lane",
        "failures",
        "last_error",
        "worker",
        "kernel",
        "judged",
        "queued_at",
        "started_at",
        "lease_until",
        "finished_at",
    ]

    def get_queryset(self, request: Request) -> QuerySet[Any]:
        versions = own_scenario_versions(request.user)
        return Observation.objects.filter(scenario_version__in=versions)

    @admin.display(description="Parameters")
    def parameters(self, observation: Observation) -> str:
        return as_json(observation.params, "Parameters")

    @admin.display(description="Claims")
    def judged(self, observation: Observation) -> str:
        return as_json(observation.claims, "Claims")
