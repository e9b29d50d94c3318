from typing import Any

import pytest
from django.db import connection
from django.db.models import ProtectedError

from quizzes.domain.authoring import save_question, save_scenario
from quizzes.domain.clock import database_now
from quizzes.domain.proving import prove_now, request_proof
from quizzes.enums import ProofState, VersionState
from quizzes.models import (
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)
from tests import factories
from tests.quizzes.models.refusing import execute, refused

pytestmark = pytest.mark.django_db

QUESTION_COLUMNS = {
    "question_id": "question_id + 1",
    "number": "number + 1",
    "source": "source || ' '",
    "spec": 'spec || \'{"title": "x"}\'',
    "digest": "'x'",
    "type": "'free_response'",
    "title": "title || '!'",
    "scenario_version_id": "NULL",
    "proof_id": "NULL",
    "author_id": "1",
    "created_at": "now() + interval '1 day'",
}
SCENARIO_COLUMNS = {
    "scenario_id": "scenario_id + 1",
    "number": "number + 1",
    "source": "source || ' '",
    "digest": "'x'",
    "title": "title || '!'",
    "author_id": "1",
    "created_at": "now() + interval '1 day'",
}
FREE_COLUMNS = {"id", "state", "published_at"}
FROZEN = "is published and cannot be changed"
NO_PROOF = "has no proof that holds"

PUBLISH = """
UPDATE quizzes_questionversion
SET state = 'published', published_at = now(), proof_id = %s WHERE id = %s
"""


@pytest.fixture
def published() -> QuestionVersion:
    return factories.make_small(factories.make_course())


@pytest.fixture
def draft() -> QuestionVersion:
    return factories.make_small_draft(factories.make_course())


def scenario_of(version: QuestionVersion) -> ScenarioVersion:
    scenario = version.scenario_version
    assert scenario is not None
    return ScenarioVersion.objects.get(pk=scenario.pk)


def publish_scenario(version: QuestionVersion) -> None:
    scenario_of(version)
    ScenarioVersion.objects.filter(pk=version.scenario_version_id).update(
        state="published", published_at=database_now()
    )


def rows(model: Any, pk: int) -> dict[str, Any]:
    return model.objects.values().get(pk=pk)


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in found}


def test_every_column_of_a_version_is_frozen_or_known_to_be_free() -> None:
    assert columns("quizzes_questionversion") == {*QUESTION_COLUMNS, *FREE_COLUMNS}
    assert columns("quizzes_scenarioversion") == {*SCENARIO_COLUMNS, *FREE_COLUMNS}


@pytest.mark.parametrize("column", QUESTION_COLUMNS)
def test_no_column_of_a_published_question_changes_in_sql(
    published: QuestionVersion, column: str
) -> None:
    before = rows(QuestionVersion, published.pk)
    value = QUESTION_COLUMNS[column]
    with refused(f"quizzes_questionversion {published.pk} {FROZEN}"):
        execute(
            f"UPDATE quizzes_questionversion SET {column} = {value} WHERE id = %s",  # noqa: S608
            published.pk,
        )
    assert rows(QuestionVersion, published.pk) == before


@pytest.mark.parametrize("column", SCENARIO_COLUMNS)
def test_no_column_of_a_published_scenario_changes_in_sql(
    published: QuestionVersion, column: str
) -> None:
    scenario = scenario_of(published)
    before = rows(ScenarioVersion, scenario.pk)
    value = SCENARIO_COLUMNS[column]
    with refused(f"quizzes_scenarioversion {scenario.pk} {FROZEN}"):
        execute(
            f"UPDATE quizzes_scenarioversion SET {column} = {value} WHERE id = %s",  # noqa: S608
            scenario.pk,
        )
    assert rows(ScenarioVersion, scenario.pk) == before


def test_the_orm_cannot_change_what_is_published(published: QuestionVersion) -> None:
    scenario = scenario_of(published)
    versions: list[Any] = [published, scenario]
    for version in versions:
        kept = version.source
        version.source = "key: other"
        with refused(FROZEN):
            version.save()
        with refused(FROZEN):
            type(version).objects.filter(pk=version.pk).update(source="key: other")
        with refused(FROZEN):
            type(version).objects.bulk_update([version], ["source"])
        version.refresh_from_db()
        assert version.source == kept


def test_what_is_published_never_becomes_a_draft_again(
    published: QuestionVersion,
) -> None:
    scenario = scenario_of(published)
    for table, pk in (
        ("quizzes_questionversion", published.pk),
        ("quizzes_scenarioversion", scenario.pk),
    ):
        with refused(FROZEN):
            execute(f"UPDATE {table} SET state = 'draft' WHERE id = %s", pk)  # noqa: S608


def test_what_is_published_can_be_retired_and_is_frozen_still(
    published: QuestionVersion,
) -> None:
    changed = QuestionVersion.objects.filter(pk=published.pk).update(state="retired")
    assert changed == 1
    with refused(FROZEN):
        QuestionVersion.objects.filter(pk=published.pk).update(title="x")
    with refused(FROZEN):
        QuestionVersion.objects.filter(pk=published.pk).update(state="draft")
    with refused("is published and cannot be deleted"):
        execute("DELETE FROM quizzes_questionversion WHERE id = %s", published.pk)
    # Taking it up again needs no second proof: it is the same text.
    QuestionVersion.objects.filter(pk=published.pk).update(state="published")
    published.refresh_from_db()
    assert published.state == VersionState.PUBLISHED


def test_what_is_published_cannot_be_deleted(published: QuestionVersion) -> None:
    scenario = scenario_of(published)
    with pytest.raises(ProtectedError):
        published.delete()
    with pytest.raises(ProtectedError):
        QuestionVersion.objects.filter(pk=published.pk).delete()
    with refused(f"quizzes_questionversion {published.pk} is published and cannot be"):
        execute("DELETE FROM quizzes_questionversion WHERE id = %s", published.pk)
    with refused(f"quizzes_scenarioversion {scenario.pk} is published"):
        execute("DELETE FROM quizzes_scenarioversion WHERE id = %s", scenario.pk)
    with pytest.raises(ProtectedError):
        scenario.delete()
    assert QuestionVersion.objects.filter(pk=published.pk).exists()
    assert ScenarioVersion.objects.filter(pk=scenario.pk).exists()


def test_the_orm_cannot_delete_a_published_question_without_a_proof() -> None:
    version = factories.make_free_response(factories.make_course())
    with refused("is published and cannot be deleted"):
        version.delete()


def test_the_orm_cannot_delete_a_published_scenario_that_nothing_uses() -> None:
    scenario = factories.make_small_scenario()
    scenario.state = VersionState.PUBLISHED
    scenario.published_at = database_now()
    scenario.save()
    with refused("is published and cannot be deleted"):
        scenario.delete()


def test_the_proof_of_a_published_version_cannot_be_deleted(
    published: QuestionVersion,
) -> None:
    assert published.proof is not None
    with pytest.raises(ProtectedError):
        published.proof.delete()
    with refused("proof_id"):
        execute("DELETE FROM quizzes_proof WHERE id = %s", published.proof_id)
        execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_draft_changes_and_goes_with_its_proofs(draft: QuestionVersion) -> None:
    prove_now(draft)
    scenario = scenario_of(draft)
    QuestionVersion.objects.filter(pk=draft.pk).update(title="Other")
    ScenarioVersion.objects.filter(pk=scenario.pk).update(title="Other")
    draft.refresh_from_db()
    scenario.refresh_from_db()
    assert (draft.title, scenario.title) == ("Other", "Other")
    draft.delete()
    scenario.delete()
    assert QuestionVersion.objects.count() == 0
    assert ScenarioVersion.objects.count() == 0
    assert Proof.objects.count() == 0


def test_a_draft_goes_in_sql_too(draft: QuestionVersion) -> None:
    scenario = scenario_of(draft)
    question = "DELETE FROM quizzes_questionversion WHERE id = %s"
    assert execute(question, draft.pk) == 1
    other = "DELETE FROM quizzes_scenarioversion WHERE id = %s"
    assert execute(other, scenario.pk) == 1


def test_without_a_proof_the_database_refuses_to_publish(
    draft: QuestionVersion,
) -> None:
    publish_scenario(draft)
    with refused(f"question version {draft.pk} {NO_PROOF}"):
        execute(PUBLISH, None, draft.pk)
    draft.state = VersionState.PUBLISHED
    draft.published_at = database_now()
    with refused(NO_PROOF):
        draft.save()
    with refused(NO_PROOF):
        QuestionVersion.objects.filter(pk=draft.pk).update(
            state="published", published_at=database_now()
        )
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT


def test_dropping_the_scenario_does_not_pass_the_gate(draft: QuestionVersion) -> None:
    publish_scenario(draft)
    sql = (
        "UPDATE quizzes_questionversion SET scenario_version_id = NULL, "
        "state = 'published', published_at = clock_timestamp() WHERE id = %s"
    )
    with refused(NO_PROOF):
        execute(sql, draft.pk)


def test_with_a_held_proof_the_database_publishes(draft: QuestionVersion) -> None:
    proof = prove_now(draft)
    publish_scenario(draft)
    assert execute(PUBLISH, proof.pk, draft.pk) == 1
    draft.refresh_from_db()
    assert (draft.state, draft.proof) == (VersionState.PUBLISHED, proof)


@pytest.mark.parametrize("state", [s for s in ProofState if s != ProofState.HELD])
def test_only_a_proof_that_held_publishes(draft: QuestionVersion, state: str) -> None:
    proof = prove_now(draft)
    publish_scenario(draft)
    Proof.objects.update(state=state, lease_until=database_now())
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


def test_the_proof_of_another_version_does_not_publish(draft: QuestionVersion) -> None:
    other = factories.make_small(draft.question.course)
    publish_scenario(draft)
    with refused(NO_PROOF):
        execute(PUBLISH, other.proof_id, draft.pk)


def test_the_proof_of_another_version_of_the_same_text_does_not_publish(
    draft: QuestionVersion,
) -> None:
    """Same digests, same scenario version: only the version's own id tells."""
    other = save_question(
        factories.make_course(), source=draft.source, author=draft.author
    )
    assert (other.digest, other.scenario_version) == (
        draft.digest,
        draft.scenario_version,
    )
    proof = prove_now(other)
    publish_scenario(draft)
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


@pytest.mark.parametrize("column", ["question_digest", "scenario_digest"])
def test_a_stale_proof_does_not_publish(draft: QuestionVersion, column: str) -> None:
    proof = prove_now(draft)
    publish_scenario(draft)
    Proof.objects.update(**{column: "0" * 64})
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


def test_an_edit_makes_the_proof_stale_for_the_database(draft: QuestionVersion) -> None:
    proof = prove_now(draft)
    publish_scenario(draft)
    QuestionVersion.objects.filter(pk=draft.pk).update(digest="1" * 64)
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


def test_a_question_is_not_out_before_its_scenario(draft: QuestionVersion) -> None:
    proof = prove_now(draft)
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


def test_a_question_is_not_out_on_a_retired_scenario(draft: QuestionVersion) -> None:
    proof = prove_now(draft)
    publish_scenario(draft)
    ScenarioVersion.objects.filter(pk=draft.scenario_version_id).update(state="retired")
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


def test_a_proof_on_another_scenario_version_does_not_publish(
    draft: QuestionVersion,
) -> None:
    proof = prove_now(draft)
    publish_scenario(draft)
    other = factories.make_small_scenario()
    Proof.objects.update(scenario_version=other)
    with refused(NO_PROOF):
        execute(PUBLISH, proof.pk, draft.pk)


def test_no_draft_is_retired_past_the_gate(draft: QuestionVersion) -> None:
    publish_scenario(draft)
    with refused(NO_PROOF):
        QuestionVersion.objects.filter(pk=draft.pk).update(
            state="retired", published_at=database_now()
        )


def test_no_version_is_born_published(published: QuestionVersion) -> None:
    """A proof names its version, so it cannot come before it."""
    before = QuestionVersion.objects.count()
    published.pk = None
    published.number = 2
    with refused(NO_PROOF):
        published.save(force_insert=True)
    assert QuestionVersion.objects.count() == before


def test_swapping_the_scenario_while_publishing_is_refused(
    draft: QuestionVersion, published: QuestionVersion
) -> None:
    proof = prove_now(draft)
    sql = """
        UPDATE quizzes_questionversion SET state = 'published', published_at = now(),
            proof_id = %s, scenario_version_id = %s WHERE id = %s
    """
    with refused(NO_PROOF):
        execute(sql, proof.pk, published.scenario_version_id, draft.pk)


def test_a_question_that_runs_nothing_needs_no_proof() -> None:
    source = factories.FREE_RESPONSE.format(key="why")
    version = save_question(factories.make_course(), source=source, author=None)
    assert execute(PUBLISH, None, version.pk) == 1


def test_a_question_and_a_scenario_have_one_draft_each(draft: QuestionVersion) -> None:
    scenario = scenario_of(draft)
    draft.pk, draft.number = None, 2
    with refused("question_one_draft"):
        draft.save(force_insert=True)
    scenario.pk, scenario.number = None, 2
    with refused("scenario_one_draft"):
        scenario.save(force_insert=True)


def test_version_numbers_are_used_once(published: QuestionVersion) -> None:
    scenario = scenario_of(published)
    published.pk, published.state = None, VersionState.DRAFT
    with refused("question_version_number"):
        published.save(force_insert=True)
    scenario.pk, scenario.state = None, VersionState.DRAFT
    with refused("scenario_version_number"):
        scenario.save(force_insert=True)


def test_versions_have_known_states(draft: QuestionVersion) -> None:
    publish_scenario(draft)
    proof = prove_now(draft)
    with refused("question_version_state"):
        QuestionVersion.objects.filter(pk=draft.pk).update(
            state="hidden", published_at=database_now(), proof=proof
        )
    with refused("scenario_version_state"):
        ScenarioVersion.objects.update(state="hidden")


def test_what_is_out_says_since_when(draft: QuestionVersion) -> None:
    with refused("scenario_version_published_at"):
        ScenarioVersion.objects.update(state="published")
    proof = prove_now(draft)
    publish_scenario(draft)
    with refused("question_version_published_at"):
        QuestionVersion.objects.filter(pk=draft.pk).update(
            state="published", proof=proof
        )


def test_keys_are_used_once(draft: QuestionVersion) -> None:
    question = draft.question
    with refused("question_key"):
        Question.objects.create(course=question.course, key=question.key)
    Question.objects.create(course=factories.make_course(), key=question.key)
    with refused("key"):
        Scenario.objects.create(key=scenario_of(draft).scenario.key)


def test_a_proof_has_a_known_state_a_lease_and_sound_progress(
    draft: QuestionVersion,
) -> None:
    request_proof(draft, user=None)
    with refused("proof_state"):
        Proof.objects.update(state="lost")
    with refused("running_proof_has_lease"):
        Proof.objects.update(state="running")
    Proof.objects.update(state="running", lease_until=database_now())
    with refused("proof_done_within_total"):
        Proof.objects.update(done=3, total=2)
    assert Proof.objects.update(done=2, total=2) == 1


def test_a_question_cannot_go_while_it_has_versions(draft: QuestionVersion) -> None:
    with pytest.raises(ProtectedError):
        draft.question.delete()


def test_saving_a_published_scenario_again_changes_nothing(
    published: QuestionVersion,
) -> None:
    scenario = scenario_of(published)
    assert save_scenario(source=scenario.source, author=None) == scenario
