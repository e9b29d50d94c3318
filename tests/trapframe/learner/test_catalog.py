from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.domain.finishing import finish_instance
from quizzes.enums import InstanceState
from quizzes.models import AssessmentInstance, ChapterRead
from tests.factories import (
    drain,
    make_assessment,
    make_chapter,
    make_course,
    make_free_response,
    make_user,
    right_answer,
    start,
    submit,
)
from tests.trapframe.learner.conftest import Scene, client_of
from tests.trapframe.learner.pages import html, messages, text


def page(scene: Scene, name: str, *args: Any) -> Any:
    return client_of(scene.owner).get(reverse(f"learner:{name}", args=args))


class TestHome:
    def test_strangers_are_told_what_this_is(self, db: None) -> None:
        response = client_of(None).get(reverse("learner:home"))
        assert "The answer key is a run" in text(response)

    def test_it_lists_open_courses_and_ones_own(self, scene: Scene) -> None:
        scene.course.title = "Closed, mine"
        scene.course.save()
        make_course(is_open=False)
        other = make_course()
        other.title = "Open to all"
        other.save()
        titles = [c.title for c in page(scene, "home").context["courses"]]
        assert titles == ["Closed, mine", "Open to all"]

    def test_a_course_stands_once_however_many_take_part(self, scene: Scene) -> None:
        scene.course.is_open = True
        scene.course.save()
        assert len(page(scene, "home").context["courses"]) == 1

    def test_administrators_see_all(self, scene: Scene) -> None:
        boss = make_user(is_superuser=True)
        response = client_of(boss).get(reverse("learner:home"))
        assert list(response.context["courses"]) == [scene.course]

    def test_nothing_to_do_is_said(self, scene: Scene) -> None:
        response = client_of(scene.outsider).get(reverse("learner:home"))
        assert "No course is open to you yet" in text(response)


class TestChapter:
    def test_it_shows_the_text_and_what_to_do(self, scene: Scene) -> None:
        scene.chapter.next_title = "Distributed operating systems"
        scene.chapter.save()
        shown = text(page(scene, "chapter", scene.course.key, scene.chapter.key))
        for words in [
            "say what it is",
            "Intro. Body.",
            "A quiz",
            "Mark as read",
            "Next chapter: Distributed operating systems",
        ]:
            assert words in shown

    def test_the_figure_stands_between_intro_and_body(self, scene: Scene) -> None:
        scene.chapter.figure = "two-towers"
        scene.chapter.save()
        source = html(page(scene, "chapter", scene.course.key, scene.chapter.key))
        assert (
            source.index("Intro.")
            < source.index("<svg", source.index("<main"))
            < source.index("Body.")
        )

    def test_an_unknown_figure_is_none(self, scene: Scene) -> None:
        scene.chapter.figure = "unknown"
        scene.chapter.save()
        response = page(scene, "chapter", scene.course.key, scene.chapter.key)
        assert "<figure" not in html(response)

    def test_marking_as_read(self, scene: Scene) -> None:
        args = [scene.course.key, scene.chapter.key]
        client = client_of(scene.owner)
        for _ in range(2):
            response = client.post(reverse("learner:read", args=args))
            assert response["Location"] == reverse("learner:chapter", args=args)
        read = ChapterRead.objects.get()
        assert (read.user, read.chapter) == (scene.owner, scene.chapter)
        shown = text(page(scene, "chapter", *args))
        assert "You have marked this chapter as read" in shown

    def test_marking_takes_a_post(self, scene: Scene) -> None:
        response = page(scene, "read", scene.course.key, scene.chapter.key)
        assert response.status_code == 405


class TestCourse:
    def test_progress_counts_reading_and_assessments(self, scene: Scene) -> None:
        assert "0 % done" in text(page(scene, "course", scene.course.key))
        ChapterRead.objects.create(user=scene.owner, chapter=scene.chapter)
        assert "50 % done, read" in text(page(scene, "course", scene.course.key))
        submit(scene.variant, right_answer(scene.variant))
        drain()
        finish_instance(scene.instance, user=scene.owner)
        shown = text(page(scene, "course", scene.course.key))
        assert "100 % done, read" in shown
        assert "Quiz · best 50 %" in shown

    def test_others_progress_is_theirs(self, scene: Scene) -> None:
        ChapterRead.objects.create(user=scene.peer, chapter=scene.chapter)
        finish_instance(start(scene.quiz, scene.peer), user=scene.peer)
        assert "0 % done" in text(page(scene, "course", scene.course.key))

    def test_an_empty_course_says_so(self, scene: Scene) -> None:
        empty = make_course()
        shown = text(page(scene, "course", empty.key))
        assert "No chapter has been published yet" in shown


class TestAssessment:
    def card(self, scene: Scene) -> str:
        return text(page(scene, "assessment", scene.course.key, scene.quiz.key))

    def test_the_card_tells_the_rules(self, scene: Scene) -> None:
        scene.quiz.instructions = "Answer from what you know."
        scene.quiz.time_limit_minutes = 30
        scene.quiz.save()
        shown = self.card(scene)
        for words in [
            "Answer from what you know.",
            "Questions 2, 2 marks in all",
            "Tries 2 per question; the best one counts",
            "Attempts 1 of 2 left",
            "Time 30 minutes from the start",
            "Continue attempt 1",
        ]:
            assert words in shown

    def test_rules_without_limits(self, scene: Scene) -> None:
        scene.quiz.attempts_allowed = None
        scene.quiz.tries_per_question = 1
        scene.quiz.save()
        shown = self.card(scene)
        assert "Attempts as many as you want" in shown
        assert "Tries 1 per question Attempts" in shown
        assert "Time no limit" in shown

    def test_it_lists_ones_own_attempts_with_scores(self, scene: Scene) -> None:
        start(scene.quiz, scene.peer)
        submit(scene.variant, right_answer(scene.variant))
        submit(scene.text_variant, {"text": "The kernel runs already."})
        drain()
        finish_instance(scene.instance, user=scene.owner)
        response = page(scene, "assessment", scene.course.key, scene.quiz.key)
        (row,) = response.context["card"].attempts
        assert (row.instance, row.mark, row.max_mark, row.waiting, row.percent) == (
            scene.instance,
            Decimal(1),
            Decimal(2),
            1,
            Decimal(50),
        )
        assert "1 of 2, 50 %, 1 still to be graded" in text(response)
        assert "Start a new attempt" in text(response)

    def test_used_up_attempts_are_said(self, scene: Scene) -> None:
        finish_instance(scene.instance, user=scene.owner)
        finish_instance(start(scene.quiz, scene.owner), user=scene.owner)
        assert "All your attempts are used" in self.card(scene)

    def test_an_assessment_without_questions_is_empty(self, scene: Scene) -> None:
        empty = make_assessment(scene.course)
        response = page(scene, "assessment", scene.course.key, empty.key)
        assert "Questions 0, 0 marks in all" in text(response)


class TestStart:
    def start(self, scene: Scene) -> Any:
        url = reverse("learner:start", args=[scene.course.key, scene.quiz.key])
        return client_of(scene.owner).post(url)

    def test_it_leads_to_the_first_question(self, scene: Scene) -> None:
        finish_instance(scene.instance, user=scene.owner)
        response = self.start(scene)
        newest = AssessmentInstance.objects.get(state=InstanceState.IN_PROGRESS)
        expected = reverse("learner:question", args=[newest.uuid, 1])
        assert (newest.number, response["Location"]) == (2, expected)

    def test_starting_twice_is_the_same_attempt(self, scene: Scene) -> None:
        expected = reverse("learner:question", args=[scene.instance.uuid, 1])
        assert [self.start(scene)["Location"] for _ in range(2)] == [expected] * 2

    def test_a_refusal_is_a_message_on_the_card(self, scene: Scene) -> None:
        finish_instance(scene.instance, user=scene.owner)
        finish_instance(start(scene.quiz, scene.owner), user=scene.owner)
        response = self.start(scene)
        card = reverse("learner:assessment", args=[scene.course.key, scene.quiz.key])
        assert response["Location"] == card
        assert messages(response) == ["All 2 attempts at this assessment are used."]

    def test_the_way_back_from_signing_in_leads_to_the_card(self, scene: Scene) -> None:
        response = page(scene, "start", scene.course.key, scene.quiz.key)
        card = reverse("learner:assessment", args=[scene.course.key, scene.quiz.key])
        assert response["Location"] == card


class TestQueries:
    """Lists cost the same with one row and with thirty."""

    def count(self, scene: Scene, name: str, *args: Any) -> int:
        client = client_of(scene.owner)
        url = reverse(f"learner:{name}", args=args)
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    def test_home(self, scene: Scene) -> None:
        one = self.count(scene, "home")
        for _ in range(29):
            make_course()
        assert self.count(scene, "home") == one

    def test_course(self, scene: Scene) -> None:
        one = self.count(scene, "course", scene.course.key)
        for _ in range(29):
            chapter = make_chapter(scene.course)
            make_assessment(scene.course, chapter=chapter)
        assert self.count(scene, "course", scene.course.key) == one

    @pytest.mark.parametrize("name", ["assessment", "attempts"])
    def test_attempts(self, scene: Scene, name: str) -> None:
        args = [scene.course.key, scene.quiz.key] if name == "assessment" else []
        scene.quiz.attempts_allowed = None
        scene.quiz.save()
        one = self.count(scene, name, *args)
        for _ in range(29):
            scene.instance = start(scene.quiz, scene.owner)
            finish_instance(scene.instance, user=scene.owner)
        start(scene.quiz, scene.owner)
        assert self.count(scene, name, *args) == one

    @pytest.mark.parametrize("name", ["instance", "review"])
    def test_questions(self, scene: Scene, name: str) -> None:
        small = make_assessment(scene.course, make_free_response(scene.course).question)
        large = make_assessment(
            scene.course,
            *[make_free_response(scene.course).question for _ in range(30)],
        )
        counts = []
        for assessment in (small, large):
            instance = start(assessment, scene.owner)
            if name == "review":
                finish_instance(instance, user=scene.owner)
            counts.append(self.count(scene, name, instance.uuid))
        assert counts[0] == counts[1]
