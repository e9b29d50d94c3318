import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

import simulator
from quizzes.domain import publishing
from quizzes.domain.authoring import save_question, save_scenario
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.proving import drain_proofs, prove_now, request_proof
from quizzes.domain.publishing import current_proof, publish_question
from quizzes.enums import ProofState, VersionState
from quizzes.models import Proof, QuestionVersion, ScenarioVersion
from tests import factories
from tests.racing import in_thread, race

pytestmark = pytest.mark.django_db

NOT_NOW = (
    "The last proof of this version is not one that holds now ({}): prove it again."
)
WITH_PE = {"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}


def draft_of(key: str = "") -> QuestionVersion:
    return factories.make_small_draft(factories.make_course(), key)


def scenario_of(version: QuestionVersion) -> ScenarioVersion:
    assert version.scenario_version is not None
    return ScenarioVersion.objects.get(pk=version.scenario_version.pk)


def edited(version: QuestionVersion) -> QuestionVersion:
    source = version.source.replace("What happens?", "What then?")
    return save_question(version.question.course, source=source, author=None)


def edited_scenario(version: QuestionVersion) -> ScenarioVersion:
    source = scenario_of(version).source.replace("Somebody", "A learner")
    return save_scenario(source=source, author=None)


def refusal(version: QuestionVersion) -> tuple[str, str]:
    """Why it is not published; nothing of it has changed."""
    with pytest.raises(ConflictError) as caught:
        publish_question(version, user=None)
    stored = QuestionVersion.objects.get(pk=version.pk)
    assert (stored.state, stored.proof, stored.published_at) == (
        VersionState.DRAFT,
        None,
        None,
    )
    assert scenario_of(version).state == VersionState.DRAFT
    return caught.value.code, caught.value.message


def test_a_proved_draft_goes_out_and_its_scenario_with_it() -> None:
    version = draft_of()
    proof = prove_now(version)
    before = database_now()
    published = publish_question(version, user=None)
    stored = QuestionVersion.objects.get(pk=version.pk)
    assert published == stored
    assert (stored.state, stored.proof) == (VersionState.PUBLISHED, proof)
    assert stored.published_at is not None
    assert before <= stored.published_at <= database_now()
    scenario = scenario_of(version)
    assert scenario.state == VersionState.PUBLISHED
    assert scenario.published_at is not None
    assert before <= scenario.published_at <= database_now()


def test_publishing_twice_changes_nothing() -> None:
    version = draft_of()
    prove_now(version)
    publish_question(version, user=None)
    first = QuestionVersion.objects.values().get(pk=version.pk)
    again = prove_now(version)
    assert again.state == ProofState.HELD
    assert publish_question(version, user=None).pk == version.pk
    assert QuestionVersion.objects.values().get(pk=version.pk) == first


def test_a_second_question_goes_out_on_a_published_scenario() -> None:
    version = draft_of("first")
    prove_now(version)
    publish_question(version, user=None)
    since = scenario_of(version).published_at
    source = factories.SINGLE_CHOICE.format(key="second", scenario="of-first")
    second = save_question(version.question.course, source=source, author=None)
    prove_now(second)
    assert publish_question(second, user=None).state == VersionState.PUBLISHED
    assert scenario_of(second).published_at == since


def test_a_question_that_runs_nothing_needs_no_proof() -> None:
    source = factories.FREE_RESPONSE.format(key="why")
    version = save_question(factories.make_course(), source=source, author=None)
    published = publish_question(version, user=None)
    assert (published.state, published.proof) == (VersionState.PUBLISHED, None)


def test_without_a_proof_nothing_goes_out() -> None:
    code, message = refusal(draft_of())
    assert code == "no_proof"
    assert message == "This version has no proof: press Prove first."


@pytest.mark.parametrize("state", [s for s in ProofState if s != ProofState.HELD])
def test_a_proof_that_did_not_hold_is_none(state: str) -> None:
    version = draft_of()
    prove_now(version)
    Proof.objects.update(state=state, lease_until=database_now())
    assert refusal(version) == ("no_proof", NOT_NOW.format(state))


def test_an_edit_after_the_proof_keeps_it_in() -> None:
    version = draft_of()
    prove_now(version)
    assert edited(version) == version
    assert refusal(version) == ("no_proof", NOT_NOW.format("held"))
    prove_now(version)
    assert publish_question(version, user=None).state == VersionState.PUBLISHED


def test_an_edit_of_the_scenario_after_the_proof_keeps_it_in() -> None:
    version = draft_of()
    prove_now(version)
    assert edited_scenario(version) == version.scenario_version
    assert refusal(version)[0] == "no_proof"


def test_another_simulator_keeps_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    version = draft_of()
    prove_now(version)
    monkeypatch.setattr(simulator, "SIMULATOR_VERSION", "99")
    assert refusal(version)[0] == "no_proof"
    prove_now(version)
    assert publish_question(version, user=None).state == VersionState.PUBLISHED


def test_what_is_published_is_what_is_stored_not_what_was_read() -> None:
    version = draft_of()
    stale = QuestionVersion.objects.get(pk=version.pk)
    edited(version)
    prove_now(QuestionVersion.objects.get(pk=version.pk))
    published = publish_question(stale, user=None)
    assert "What then?" in published.source
    stored = QuestionVersion.objects.get(pk=version.pk)
    assert "What then?" in stored.source
    assert stored.proof is not None
    assert stored.proof.question_digest == stored.digest


def test_an_older_proof_that_still_holds_is_enough() -> None:
    version = draft_of()
    held = prove_now(version)
    later = request_proof(version, user=None)
    Proof.objects.filter(pk=later.pk).update(state=ProofState.FAILED)
    assert current_proof(version) == held
    assert publish_question(version, user=None).proof == held


def test_the_newest_of_the_proofs_that_hold_counts() -> None:
    version = draft_of()
    assert current_proof(version) is None
    prove_now(version)
    second = prove_now(version)
    assert current_proof(version) == second


def test_a_proof_is_the_proof_of_its_version_alone() -> None:
    version = draft_of("one")
    prove_now(version)
    source = factories.SINGLE_CHOICE.format(key="two", scenario="of-one")
    other = save_question(version.question.course, source=source, author=None)
    assert current_proof(other) is None
    assert refusal(other)[0] == "no_proof"


def test_a_retired_version_stays_retired() -> None:
    version = factories.make_small(factories.make_course())
    QuestionVersion.objects.filter(pk=version.pk).update(state="retired")
    with pytest.raises(ConflictError) as caught:
        publish_question(version, user=None)
    assert caught.value.code == "retired"
    assert caught.value.message == "A retired version cannot be published."
    version.refresh_from_db()
    assert version.state == VersionState.RETIRED


@pytest.mark.parametrize("who", ["learner", "other_instructor"])
def test_only_instructors_of_the_course_publish(who: str) -> None:
    version = draft_of()
    prove_now(version)
    other = factories.make_course()
    user = (
        factories.make_user() if who == "learner" else factories.make_instructor(other)
    )
    with pytest.raises(NotAllowedError) as caught:
        publish_question(version, user=user)
    assert caught.value.code == "not_an_author"
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


def test_instructors_and_administrators_publish() -> None:
    for number, make in enumerate((factories.make_instructor, administrator)):
        version = draft_of(f"question-{number}-of-somebody")
        prove_now(version)
        published = publish_question(version, user=make(version.question.course))
        assert published.state == VersionState.PUBLISHED


def administrator(_course: Any) -> Any:
    return factories.make_user(is_superuser=True)


# --- the answer key is what happens


def flipped(version: QuestionVersion) -> tuple[dict[str, bool], dict[str, bool]]:
    """The first row of the proof that held, and of the one that failed after it."""
    failed, held = version.proofs.order_by("-id")[:2]
    assert (held.state, failed.state) == (ProofState.HELD, ProofState.FAILED)
    assert [row["seed"] for row in failed.matrix] == list(range(24))
    rows = {str(proof.matrix[0]["row"]) for proof in (held, failed)}
    assert len(rows) == 2
    return held.matrix[0]["row"], failed.matrix[0]["row"]


@pytest.fixture
def windows_questions() -> list[QuestionVersion]:
    """Both questions on the Windows program, proved, as drafts."""
    course = factories.make_course()
    keys = ["what-execve-answers", "which-change-makes-it-work"]
    versions = [factories.make_executed(course, key, publish=False) for key in keys]
    assert [prove_now(version).state for version in versions] == ["held", "held"]
    return versions


def proved_with_a_loader_for_pe(versions: list[QuestionVersion]) -> list[Proof]:
    """Their proofs by a worker whose Linux can load PE files."""
    proofs = [request_proof(version, user=None) for version in versions]
    with simulator.altered(WITH_PE):
        assert drain_proofs("bulk", worker="altered") == 2
    for proof in proofs:
        proof.refresh_from_db()
    return proofs


def test_a_loader_for_pe_flips_both_answers(
    windows_questions: list[QuestionVersion],
) -> None:
    execve, change = windows_questions
    proofs = proved_with_a_loader_for_pe(windows_questions)
    assert flipped(execve) == (
        {"a": False, "b": False, "c": True, "d": False},
        {"a": False, "b": True, "c": False, "d": False},
    )
    before, after = flipped(change)
    assert [key for key in before if before[key] != after[key]] == ["d"]
    named = [
        {(c["seed"], c["option"]): c for c in proof.counterexamples} for proof in proofs
    ]
    for seed in range(24):
        one = named[0][seed, "c"]
        assert "option c (claim answers_enoexec) is false" in one["message"]
        assert "execve /srv/app.exe failed ENOENT (2)" in one["events"][-1]
        assert one["params"] == proofs[0].matrix[seed]["params"]
        two = named[1][seed, "d"]
        assert two["kind"] == "count"
        assert two["message"] == (
            "option d (claim libraries_work) holds: 3 options hold (b, d, e), not 2"
        )
        assert two["events"][-1].startswith("libraries_beside_it: #")
        assert two["events"][-1].endswith("linux-1 execve /srv/app.exe ok")


def test_a_question_whose_answer_flipped_is_not_published(
    windows_questions: list[QuestionVersion],
) -> None:
    Proof.objects.all().delete()
    proved_with_a_loader_for_pe(windows_questions)
    for version in windows_questions:
        assert refusal(version) == ("no_proof", NOT_NOW.format("failed"))


# --- races


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def while_publishing(
    monkeypatch: pytest.MonkeyPatch, version: QuestionVersion, act: Callable[[], Any]
) -> Any:
    """What ``act`` returns when it begins between the gate's check and its writing."""
    check = publishing.current_proof
    acts: list[Future[Any]] = []
    with ThreadPoolExecutor(max_workers=1) as pool:

        def checked(locked: QuestionVersion) -> Proof | None:
            found = check(locked)
            acts.append(pool.submit(in_thread, act))
            deadline = time.monotonic() + 20
            while not waiting_for_a_lock() and not acts[0].done():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            return found

        monkeypatch.setattr(publishing, "current_proof", checked)
        publish_question(version, user=None)
    return acts[0].result()


@pytest.mark.django_db(transaction=True)
def test_an_edit_during_publishing_is_the_next_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = draft_of()
    prove_now(version)
    later = while_publishing(monkeypatch, version, lambda: edited(version))
    assert (later.number, later.state) == (2, VersionState.DRAFT)
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED
    assert "What happens?" in version.source


@pytest.mark.django_db(transaction=True)
def test_an_edit_of_the_scenario_during_publishing_is_the_next_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = draft_of()
    prove_now(version)
    later = while_publishing(monkeypatch, version, lambda: edited_scenario(version))
    assert (later.number, later.state) == (2, VersionState.DRAFT)
    first = scenario_of(version)
    assert (first.number, first.state) == (1, VersionState.PUBLISHED)
    assert "Somebody" in first.source


@pytest.mark.django_db(transaction=True)
def test_eight_people_publish_once() -> None:
    version = draft_of()
    proof = prove_now(version)
    call = lambda: publish_question(version, user=None)  # noqa: E731
    results = race([call] * 8)
    assert {result.pk for result in results} == {version.pk}
    assert len({result.published_at for result in results}) <= 2
    version.refresh_from_db()
    assert (version.state, version.proof) == (VersionState.PUBLISHED, proof)
