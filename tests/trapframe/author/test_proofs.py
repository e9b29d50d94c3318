from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from quizzes.enums import ProofState
from quizzes.models import Proof, QuestionVersion
from tests import factories, observing
from tests.instructors import People, make_draft, make_proof


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


@pytest.fixture
def draft(people: People) -> QuestionVersion:
    return make_draft(people.course)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def cells(client: Client, proof: Proof, query: str = "") -> list[list[Any]]:
    """The matrix as the page gives it: seed, then whether each option holds."""
    url = reverse("author:proof", args=[proof.uuid])
    rows = client.get(url + query).context["cells"]
    return [[row["seed"], *row["holds"]] for row in rows]


def test_prove_asks_for_a_proof_on_the_bulk_lane_and_goes_to_it(
    author: Client, people: People, draft: QuestionVersion
) -> None:
    response = author.post(reverse("author:prove", args=[draft.pk]))
    proof = Proof.objects.get()
    assert (proof.lane, proof.state, proof.requested_by) == (
        "bulk",
        "queued",
        people.instructor,
    )
    assert response["Location"] == reverse("author:proof", args=[proof.uuid])


def test_proving_twice_comes_to_the_same_proof(
    author: Client, draft: QuestionVersion
) -> None:
    first = author.post(reverse("author:prove", args=[draft.pk]))
    second = author.post(reverse("author:prove", args=[draft.pk]))
    assert first["Location"] == second["Location"]


def test_where_nothing_is_executed_proving_says_so(
    author: Client, people: People
) -> None:
    version = factories.make_free_response(people.course)
    response = author.post(reverse("author:prove", args=[version.pk]))
    assert said(response) == ["This question runs no scenario: publish it directly."]
    assert response["Location"] == reverse(
        "author:question", args=[version.question_id]
    )


def test_a_proof_under_way_is_watched_and_can_be_canceled(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft, ProofState.RUNNING)
    page = author.get(reverse("author:proof", args=[proof.uuid])).content.decode()
    assert f'data-events="/events/proofs/{proof.uuid}/"' in page
    assert '<progress id="progress" data-field="done" value="0" max="24">' in page
    author.post(reverse("author:proof-cancel", args=[proof.uuid]))
    proof.refresh_from_db()
    assert proof.state == "canceled"


def test_an_ended_proof_is_not_watched_and_stays(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft)
    page = author.get(reverse("author:proof", args=[proof.uuid])).content.decode()
    assert "data-events" not in page
    author.post(reverse("author:proof-cancel", args=[proof.uuid]))
    proof.refresh_from_db()
    assert proof.state == "held"


def test_the_matrix_has_a_row_for_each_variant(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft, ProofState.FAILED, rows=3, counterexamples=1)
    assert cells(author, proof) == [[0, True, True], [1, True, False], [2, True, False]]
    page = author.get(reverse("author:proof", args=[proof.uuid])).content.decode()
    assert page.count('aria-hidden="true">●</span> holds') == 4
    assert page.count('aria-hidden="true">○</span> does not hold') == 2


def test_a_long_matrix_has_pages(author: Client, draft: QuestionVersion) -> None:
    proof = make_proof(draft, rows=120)
    assert len(cells(author, proof)) == 50
    assert cells(author, proof, "?page=3")[0][0] == 100
    assert cells(author, proof, "?page=nonsense")[0][0] == 0


def test_a_variant_that_could_not_be_evaluated_has_empty_cells(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft, ProofState.FAILED, rows=2)
    proof.matrix[0]["row"] = {}
    proof.save()
    assert cells(author, proof) == [[0, None, None], [1, True, False]]


def test_columns_of_an_older_text_go_by_their_keys_alone(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft)
    url = reverse("author:proof", args=[proof.uuid])
    assert [option["claim"] for option in author.get(url).context["options"]] == [
        "answers_enoexec",
        "answers_enoent",
    ]
    QuestionVersion.objects.filter(pk=draft.pk).update(digest="another")
    assert author.get(url).context["options"] == [{"key": "a"}, {"key": "b"}]


def test_a_counterexample_names_seed_option_message_and_events(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft, ProofState.FAILED, counterexamples=12)
    page = author.get(reverse("author:proof", args=[proof.uuid])).content.decode()
    assert "<strong>Option b, seed 0:</strong> 2 options hold where 1" in page
    assert "as_it_is #3 linux-1 execve failed: ENOENT" in page
    preview = reverse("author:preview", args=[draft.pk])
    assert f'<a href="{preview}?seed=0">Preview seed 0</a>' in page
    assert "seed 10:" not in page
    more = reverse("author:proof", args=[proof.uuid]) + "?examples=2"
    assert "<strong>Option b, seed 10:</strong>" in author.get(more).content.decode()


def test_a_dead_proof_says_that_the_text_is_not_at_fault(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft, ProofState.DEAD, rows=0)
    Proof.objects.update(failures=3, last_error="its worker went away")
    page = author.get(reverse("author:proof", args=[proof.uuid])).content.decode()
    assert "The platform failed 3 times; the text is not at fault." in page
    assert "its worker went away" in page


def test_publishing_without_a_proof_is_refused_in_words(
    author: Client, draft: QuestionVersion
) -> None:
    response = author.post(reverse("author:publish", args=[draft.pk]))
    assert said(response) == ["This version has no proof: press Prove first."]
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_publishing_with_a_held_proof(author: Client, draft: QuestionVersion) -> None:
    proof = make_proof(draft)
    response = author.post(reverse("author:publish", args=[draft.pk]))
    assert said(response) == ["what-execve-answers v1 is published."]
    draft.refresh_from_db()
    assert (draft.state, draft.proof) == ("published", proof)


WHY_NOT = {
    ProofState.QUEUED: "A proof is under way. Publish once it has held.",
    ProofState.RUNNING: "A proof is under way. Publish once it has held.",
    ProofState.HELD: "",
    ProofState.FAILED: "The last proof failed. Read its counterexamples, mend the "
    "text, then press Prove again.",
    ProofState.CANCELED: "The last proof was canceled. Press Prove.",
    ProofState.DEAD: "The last proof could not be run, which is the platform's fault, "
    "not the text's. Press Prove again.",
}


@pytest.mark.parametrize("state", ProofState)
def test_the_publish_button_says_why_it_is_off(
    author: Client, draft: QuestionVersion, state: ProofState
) -> None:
    make_proof(draft, state)
    response = author.get(reverse("author:question", args=[draft.question_id]))
    assert response.context["standing"].why_not == WHY_NOT[state]
    button = 'aria-describedby="why-not" disabled>Publish version 1'
    assert (button in response.content.decode()) is bool(WHY_NOT[state])


def test_without_any_proof_the_button_is_off(
    author: Client, draft: QuestionVersion
) -> None:
    response = author.get(reverse("author:question", args=[draft.question_id]))
    assert response.context["standing"].why_not == (
        "This version has no proof yet. Press Prove first."
    )


def test_a_proof_of_another_text_is_stale(
    author: Client, draft: QuestionVersion
) -> None:
    make_proof(draft)
    QuestionVersion.objects.filter(pk=draft.pk).update(digest="another")
    response = author.get(reverse("author:question", args=[draft.question_id]))
    assert response.context["standing"].why_not == (
        "The text, the scenario or the simulator has changed since the last proof "
        "held. Press Prove again."
    )


def test_an_older_proof_that_still_holds_is_enough(
    author: Client, draft: QuestionVersion
) -> None:
    make_proof(draft)
    make_proof(draft, ProofState.CANCELED)
    response = author.get(reverse("author:question", args=[draft.question_id]))
    assert response.context["standing"].can_publish is True


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("published", "This version is published already."),
        ("retired", "This version is retired. Edit it: saving makes a new draft."),
    ],
)
def test_what_is_out_already_is_not_published_again(
    author: Client, people: People, state: str, why: str
) -> None:
    version = factories.make_free_response(people.course)
    QuestionVersion.objects.filter(pk=version.pk).update(state=state)
    response = author.get(reverse("author:question", args=[version.question_id]))
    assert response.context["standing"].why_not == why


def test_without_an_observation_the_proof_says_why(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft)
    page = author.get(reverse("author:proof", args=[proof.uuid])).content.decode()
    assert "No variant of this text has been carried out on a real kernel yet." in page
    assert "No worker that can observe is at work." in page


def test_observing_without_a_worker_is_refused_in_words(
    author: Client, draft: QuestionVersion
) -> None:
    proof = make_proof(draft)
    response = author.post(reverse("author:proof-observe", args=[proof.uuid]))
    assert said(response) == [
        "No worker that can observe is at work: start one for the live queues."
    ]


def test_an_author_asks_for_observations_and_reads_the_fidelity(
    author: Client, people: People
) -> None:
    observing.start_worker()
    version = factories.make_small(people.course)
    assert version.proof is not None
    url = reverse("author:proof", args=[version.proof.uuid])
    ask = reverse("author:proof-observe", args=[version.proof.uuid])
    assert said(author.post(ask)) == ["2 observations are asked for."]
    assert "2 variants wait for a worker." in author.get(url).content.decode()
    observing.observe_all(
        observing.FakeKernel(
            differs=frozenset({"no_file"}), untold={"it_runs": "it reads events"}
        )
    )
    assert said(author.post(ask)) == ["These variants were observed lately."]
    response = author.get(url)
    page = " ".join(response.content.decode().split())
    fidelity = response.context["fidelity"]
    assert (fidelity.agreed, fidelity.judged, fidelity.variants) == (2, 3, 2)
    for words in [
        "2 of 3 agree",
        "3 could be judged by a kernel as well, in 2 variants.",
        f"Observed on worker box, kernel {observing.KERNEL};",
        "look at the model before you publish",
        "not to be told: it reads events",
        "the same in 0 only",
    ]:
        assert words in page


def test_the_fidelity_of_another_text_is_not_shown(
    author: Client, people: People
) -> None:
    observing.start_worker()
    version = factories.make_small(people.course)
    proof = version.proof
    assert proof is not None
    author.post(reverse("author:proof-observe", args=[proof.uuid]))
    observing.observe_all()
    Proof.objects.update(scenario_digest="another")
    response = author.get(reverse("author:proof", args=[proof.uuid]))
    assert response.context["fidelity"].variants == 0
