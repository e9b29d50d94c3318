import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from quizzes.domain.drafting import MAX_DRAFT_TEXT, save_draft
from quizzes.domain.finishing import finish_instance
from quizzes.domain.reviewing import grade_manually
from quizzes.enums import InstanceState, VariantState
from quizzes.models import Draft, Submission, Variant
from tests.factories import (
    drain,
    job_of,
    right_answer,
    start,
    submit,
    variant_of,
    wrong_answer,
)
from tests.trapframe.learner.conftest import Scene, client_of
from tests.trapframe.learner.pages import html, messages, text


def url_of(scene: Scene, name: str, number: int | None = 1) -> str:
    args = [scene.instance.uuid] if number is None else [scene.instance.uuid, number]
    return reverse(f"learner:{name}", args=args)


def page(scene: Scene, name: str, number: int | None = 1) -> Any:
    return client_of(scene.owner).get(url_of(scene, name, number))


def form_of(scene: Scene, raw: dict[str, Any], key: str = "try-1") -> dict[str, Any]:
    return {**raw, "key": key}


def drafts() -> list[tuple[Variant, dict[str, Any]]]:
    return [(draft.variant, draft.answer) for draft in Draft.objects.all()]


class TestQuestion:
    def test_it_asks_with_native_radio_buttons(self, scene: Scene) -> None:
        source = html(page(scene, "question"))
        options = scene.variant.presentation["options"]
        assert source.count('type="radio" name="chosen"') == len(options) == 4
        assert "<legend" in source
        assert 'name="key" value="try-1"' in source

    def test_the_scenario_is_told_without_its_claims(self, scene: Scene) -> None:
        source = html(page(scene, "question"))
        shown = text(page(scene, "question"))
        for name, value in scene.variant.params.items():
            assert f"{name.replace('_', ' ')} {value}" in shown
        spec = scene.variant.question_version.spec
        for option in spec["body"]["options"]:
            assert option["claim"] not in source
            assert not option["feedback"] or option["feedback"] not in source
        assert spec["explanation"].strip().split("\n")[0] not in shown

    def test_a_written_question_has_a_text_box(self, scene: Scene) -> None:
        response = page(scene, "question", 2)
        assert '<textarea id="text" name="text"' in html(response)
        assert "Scenario" not in text(response)

    def test_the_draft_is_filled_in(self, scene: Scene) -> None:
        key = scene.variant.presentation["options"][2]["key"]
        save_draft(scene.variant, user=scene.owner, answer={"chosen": [key]}, seq=7)
        source = html(page(scene, "question"))
        assert f'value="{key}" checked' in source
        assert source.count(" checked") == 1
        assert 'data-draft-seq="7"' in source
        save_draft(
            scene.text_variant, user=scene.owner, answer={"text": "a < b"}, seq=1
        )
        assert "a &lt; b</textarea>" in html(page(scene, "question", 2))

    def test_after_a_try_it_offers_the_next_one(self, scene: Scene) -> None:
        wrong = wrong_answer(scene.variant)
        submit(scene.variant, wrong)
        drain()
        response = page(scene, "question")
        assert 'name="key" value="try-2"' in html(response)
        assert f'value="{wrong["chosen"][0]}" checked' in html(response)
        assert "1 of 2 tries used" in text(response)
        assert "Try 1: verdict and evidence" in text(response)

    @pytest.mark.parametrize(
        ("situation", "words"),
        [
            ("grading", "Your last answer is being graded."),
            ("correct", "You have answered this question."),
            ("used up", "All tries at this question are used."),
            ("finished", "This attempt is finished."),
            ("broken", "This question is broken, and its author has been told."),
        ],
    )
    def test_a_closed_question_says_why(
        self, scene: Scene, situation: str, words: str
    ) -> None:
        close(scene, situation)
        response = page(scene, "question")
        assert words in text(response)
        assert "<fieldset" not in html(response)

    def test_a_written_answer_waits_for_a_person(self, scene: Scene) -> None:
        submit(scene.text_variant, {"text": "Since the kernel runs."})
        drain()
        shown = text(page(scene, "question", 2))
        assert "Your answer waits for a person who grades it." in shown
        assert "Since the kernel runs." in shown

    def test_staff_look_and_cannot_answer(self, scene: Scene) -> None:
        response = client_of(scene.instructor).get(url_of(scene, "question"))
        assert "This is the attempt of owner. You can look, not answer." in text(
            response
        )
        assert "<fieldset" not in html(response)

    def test_the_navigator_names_each_state(self, scene: Scene) -> None:
        submit(scene.variant, right_answer(scene.variant))
        drain()
        shown = text(page(scene, "question", 2))
        assert "Question 1 ✓ Right Question 2 ○ Not answered" in shown

    def test_the_end_of_the_time_is_shown(self, scene: Scene) -> None:
        scene.instance.closes_at = timezone.now() + timezone.timedelta(minutes=30)
        scene.instance.save()
        ends = f"{scene.instance.closes_at:%H:%M} UTC"
        assert f"ends at {ends}" in text(page(scene, "question"))
        assert f"It ends by itself at {ends}" in text(page(scene, "instance", None))


def close(scene: Scene, situation: str) -> None:
    match situation:
        case "grading":
            submit(scene.variant, right_answer(scene.variant))
        case "correct":
            submit(scene.variant, right_answer(scene.variant))
            drain()
        case "used up":
            for _ in range(2):
                submit(scene.variant, wrong_answer(scene.variant))
                drain()
        case "finished":
            finish_instance(scene.instance, user=scene.owner)
        case "broken":
            Variant.objects.filter(pk=scene.variant.pk).update(
                state=VariantState.BROKEN
            )


class TestDraft:
    def put(self, scene: Scene, body: Any, number: int = 1) -> Any:
        return client_of(scene.owner).put(
            url_of(scene, "draft", number),
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
        )

    def test_the_script_saves(self, scene: Scene) -> None:
        answer = right_answer(scene.variant)
        response = self.put(scene, {"answer": answer, "seq": 5})
        assert (response.status_code, response.json()) == (200, {"seq": 5})
        assert drafts() == [(scene.variant, answer)]

    def test_the_newest_wins_and_the_older_hears_of_it(self, scene: Scene) -> None:
        new, old = right_answer(scene.variant), wrong_answer(scene.variant)
        self.put(scene, {"answer": new, "seq": 9})
        assert self.put(scene, {"answer": old, "seq": 8}).json() == {"seq": 9}
        assert drafts() == [(scene.variant, new)]

    @pytest.mark.parametrize(
        "body",
        [
            "no json",
            "[]",
            "{}",
            '{"answer": {}}',
            '{"answer": [], "seq": 1}',
            '{"answer": {}, "seq": "1"}',
            '{"answer": {}, "seq": true}',
            '{"answer": {}, "seq": 0}',
            '{"answer": {}, "seq": 9223372036854775808}',
            '{"answer": {"text": 1}, "seq": 1}',
        ],
    )
    def test_what_is_no_draft_is_refused(self, scene: Scene, body: str) -> None:
        response = self.put(scene, body)
        assert response.status_code == 422
        assert response.json()["code"] == "invalid_draft"
        assert drafts() == []

    def test_a_finished_attempt_takes_none(self, scene: Scene) -> None:
        finish_instance(scene.instance, user=scene.owner)
        response = self.put(scene, {"answer": {"chosen": ["a"]}, "seq": 1})
        assert (response.status_code, response.json()["code"]) == (409, "closed")

    def test_without_a_session_the_script_is_told(self, scene: Scene) -> None:
        response = client_of(None).put(url_of(scene, "draft"), "{}")
        assert (response.status_code, response.json()["code"]) == (401, "signed_out")

    def test_the_button_saves_without_a_script(self, scene: Scene) -> None:
        answer = right_answer(scene.variant)
        response = client_of(scene.owner).post(url_of(scene, "draft"), answer)
        assert response["Location"] == url_of(scene, "question")
        assert messages(response) == ["Saved. It is not submitted yet."]
        assert drafts() == [(scene.variant, answer)]

    def test_the_button_hears_of_a_finished_attempt(self, scene: Scene) -> None:
        finish_instance(scene.instance, user=scene.owner)
        response = client_of(scene.owner).post(
            url_of(scene, "draft"), right_answer(scene.variant)
        )
        assert messages(response) == ["This attempt is finished."]
        assert drafts() == []

    def test_the_button_survives_the_end_of_the_session(self, scene: Scene) -> None:
        client, answer = client_of(None), {"text": "long work"}
        response = client.post(url_of(scene, "draft", 2), answer)
        assert response["Location"].endswith("?next=" + url_of(scene, "question", 2))
        client.force_login(scene.owner)
        assert "long work" in html(client.get(url_of(scene, "question", 2)))

    def test_the_token_against_forgery_is_asked_for(self, scene: Scene) -> None:
        client = client_of(scene.owner)
        client.handler.enforce_csrf_checks = True
        assert client.put(url_of(scene, "draft"), "{}").status_code == 403


class TestSubmit:
    def test_it_leads_to_the_submission(self, scene: Scene) -> None:
        answer = right_answer(scene.variant)
        response = client_of(scene.owner).post(
            url_of(scene, "submit"), form_of(scene, answer)
        )
        submission = Submission.objects.get()
        assert (submission.variant, submission.answer) == (scene.variant, answer)
        expected = reverse("learner:submission", args=[submission.uuid])
        assert (response.status_code, response["Location"]) == (302, expected)

    def test_a_double_click_gives_one_submission(self, scene: Scene) -> None:
        client = client_of(scene.owner)
        form = form_of(scene, right_answer(scene.variant))
        first, second = (client.post(url_of(scene, "submit"), form) for _ in range(2))
        assert Submission.objects.count() == 1
        assert first["Location"] == second["Location"]

    def test_another_window_with_another_answer_is_told(self, scene: Scene) -> None:
        client = client_of(scene.owner)
        client.post(
            url_of(scene, "submit"), form_of(scene, right_answer(scene.variant))
        )
        response = client.post(
            url_of(scene, "submit"), form_of(scene, wrong_answer(scene.variant))
        )
        assert Submission.objects.count() == 1
        assert response["Location"] == url_of(scene, "question")
        assert messages(response)[-1] == (
            "This try was already submitted, with another answer, in another window."
        )

    def test_a_closed_question_says_so(self, scene: Scene) -> None:
        close(scene, "used up")
        response = client_of(scene.owner).post(
            url_of(scene, "submit"),
            form_of(scene, right_answer(scene.variant), "try-3"),
        )
        assert messages(response) == ["All tries at this question are used (2)."]
        assert response["Location"] == url_of(scene, "question")

    def test_an_empty_answer_costs_nothing(self, scene: Scene) -> None:
        response = client_of(scene.owner).post(
            url_of(scene, "submit"), {"key": "try-1"}
        )
        assert messages(response) == ["Choose an option first."]
        assert response["Location"] == url_of(scene, "question")
        assert Submission.objects.count() == 0

    def test_an_answer_that_is_refused_stays_in_the_form(self, scene: Scene) -> None:
        long = "word " * 1000
        response = client_of(scene.owner).post(
            url_of(scene, "submit", 2), {"text": long, "key": "try-1"}
        )
        assert response["Location"] == url_of(scene, "question", 2)
        assert drafts() == [(scene.text_variant, {"text": long})]

    def test_an_answer_that_cannot_even_be_kept(self, scene: Scene) -> None:
        response = client_of(scene.owner).post(
            url_of(scene, "submit", 2),
            {"text": "x" * (MAX_DRAFT_TEXT + 1), "key": "try-1"},
        )
        assert len(messages(response)) == 2
        assert drafts() == []

    def test_line_ends_are_those_of_the_script(self, scene: Scene) -> None:
        client_of(scene.owner).post(
            url_of(scene, "submit", 2), {"text": "a\r\nb", "key": "try-1"}
        )
        assert Submission.objects.get().answer == {"text": "a\nb"}

    def test_the_way_back_from_signing_in_leads_to_the_question(
        self, scene: Scene
    ) -> None:
        assert page(scene, "submit")["Location"] == url_of(scene, "question")


class TestExpiredSession:
    def send(self, scene: Scene, raw: dict[str, Any], number: int = 1) -> Any:
        client = client_of(None)
        self.response = client.post(
            url_of(scene, "submit", number), form_of(scene, raw)
        )
        return client

    def test_the_answer_waits_for_the_person(self, scene: Scene) -> None:
        answer = right_answer(scene.variant)
        client = self.send(scene, answer)
        expected = reverse("accounts:sign-in") + "?next=" + url_of(scene, "question")
        assert self.response["Location"] == expected
        assert Submission.objects.count() == 0
        client.force_login(scene.owner)
        source = html(client.get(url_of(scene, "question")))
        assert f'value="{answer["chosen"][0]}" checked' in source
        assert drafts() == [(scene.variant, answer)]
        assert "kept_answer" not in client.session

    def test_it_waits_for_its_own_question(self, scene: Scene) -> None:
        client = self.send(scene, {"text": "long work"}, number=2)
        client.force_login(scene.owner)
        client.get(url_of(scene, "question", 1))
        assert drafts() == []
        client.get(url_of(scene, "question", 2))
        assert drafts() == [(scene.text_variant, {"text": "long work"})]

    def test_it_is_nobody_elses(self, scene: Scene) -> None:
        client = self.send(scene, {"text": "long work"}, number=2)
        client.force_login(scene.peer)
        assert client.get(url_of(scene, "question", 2)).status_code == 404
        assert drafts() == []

    def test_a_text_without_end_is_not_kept(self, scene: Scene) -> None:
        client = self.send(scene, {"text": "x" * (2 * MAX_DRAFT_TEXT + 1)}, number=2)
        assert "kept_answer" not in client.session


class TestInstance:
    def test_it_lists_the_questions(self, scene: Scene) -> None:
        submit(scene.variant, right_answer(scene.variant))
        drain()
        shown = text(page(scene, "instance", None))
        assert "✓ Right 1 of 1 · 1 of 2 tries used" in shown
        assert "2. Say why ○ Not answered 1 mark · 0 of 2 tries used" in shown
        assert "Finish the attempt" in shown

    def test_a_finished_one_leads_to_its_review(self, scene: Scene) -> None:
        finish_instance(scene.instance, user=scene.owner)
        response = page(scene, "instance", None)
        assert response["Location"] == url_of(scene, "review", None)

    def test_staff_cannot_finish_it(self, scene: Scene) -> None:
        response = client_of(scene.instructor).get(url_of(scene, "instance", None))
        assert "Finish the attempt" not in text(response)


class TestFinish:
    def test_it_names_what_has_no_answer(self, scene: Scene) -> None:
        save_draft(scene.text_variant, user=scene.owner, answer={"text": "b"}, seq=1)
        shown = text(page(scene, "finish", None))
        assert f"1. {scene.variant.question_version.title} no answer" in shown
        assert "2. Say why the draft will be handed in" in shown

    def test_when_all_is_answered_it_says_so(self, scene: Scene) -> None:
        submit(scene.variant, right_answer(scene.variant))
        submit(scene.text_variant, {"text": "b"})
        assert "Every question has an answer." in text(page(scene, "finish", None))

    def test_it_ends_the_attempt_once(self, scene: Scene) -> None:
        client = client_of(scene.owner)
        for _ in range(2):
            response = client.post(url_of(scene, "finish", None))
            assert response["Location"] == url_of(scene, "review", None)
        scene.instance.refresh_from_db()
        assert scene.instance.state == InstanceState.FINISHED
        again = client.get(url_of(scene, "finish", None))
        assert again["Location"] == url_of(scene, "review", None)


class TestReview:
    def test_before_the_end_it_explains_only_what_is_over(self, scene: Scene) -> None:
        submit(scene.variant, wrong_answer(scene.variant))
        drain()
        response = page(scene, "review", None)
        assert [row.review for row in response.context["rows"]] == [None, None]
        assert "This attempt is still open." in text(response)

    def test_it_shows_answers_truths_and_reasons(self, scene: Scene) -> None:
        wrong = wrong_answer(scene.variant)
        submit(scene.variant, wrong)
        drain()
        submit(scene.text_variant, {"text": "Since the <kernel> runs."})
        drain()
        finish_instance(scene.instance, user=scene.owner)
        response = page(scene, "review", None)
        shown = text(response)
        first, second = response.context["rows"]
        right = right_answer(scene.variant)["chosen"]
        assert [o.key for o in first.review.options if o.holds] == right
        assert [option.key for option in first.chosen] == wrong["chosen"]
        assert shown.count("your choice") == 1
        assert "0 of 2 marks (0 %)" in shown
        assert "1 answer still to be graded" in shown
        assert "Since the <kernel> runs." in shown
        assert "Evidence of try 1 at question 1" in shown
        assert (second.text, second.review) == ("Since the <kernel> runs.", None)

    def test_a_graded_text_shows_what_was_asked_for(self, scene: Scene) -> None:
        submission = submit(scene.text_variant, {"text": "Since the kernel runs."})
        drain()
        finish_instance(scene.instance, user=scene.owner)
        grade_manually(
            job_of(submission),
            grader=scene.instructor,
            points={"kernel": Decimal(2), "stages": Decimal(1)},
            reason="All there.",
        )
        shown = text(page(scene, "review", None))
        assert "The kernel runs already. (2)" in shown
        assert "1 of 2 marks (50 %)" in shown

    def test_a_question_without_an_answer_is_explained_in_words(
        self, scene: Scene
    ) -> None:
        finish_instance(scene.instance, user=scene.owner)
        response = page(scene, "review", None)
        review = response.context["rows"][0].review
        assert (review.options, review.rubric) == ((), ())
        assert review.explanation_html != ""
        assert "No answer." in text(response)

    def test_staff_see_whose_it_is(self, scene: Scene) -> None:
        response = client_of(scene.instructor).get(url_of(scene, "review", None))
        assert "This is the attempt of owner." in text(response)

    def test_it_holds_nothing_of_anybody_else(self, scene: Scene) -> None:
        theirs = start(scene.quiz, scene.peer)
        submit(variant_of(theirs, 2), {"text": "the peer's own words"})
        assert "the peer's own words" not in text(page(scene, "review", None))
