from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from quizzes.models import Course, QuestionVersion
from tests import factories

pytestmark = pytest.mark.django_db

QUESTION = factories.SINGLE_CHOICE.format(key="execve", scenario="pe")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of one question, its scenario where the command looks for it."""
    folder = tmp_path / "courses" / "os"
    for part in (folder / "questions", tmp_path / "scenarios"):
        part.mkdir(parents=True)
    course = "key: os\ntitle: Systems\nsummary: Kernels.\nchapters: [containers]\n"
    (folder / "course.yaml").write_text(course)
    (folder / "questions" / "execve.yaml").write_text(QUESTION)
    scenario = factories.SMALL_SCENARIO.format(key="pe")
    (tmp_path / "scenarios" / "pe.yaml").write_text(scenario)
    return folder


def load(folder: Path, **options: Path) -> str:
    out = StringIO()
    call_command("load_course", folder, stdout=out, **options)
    return out.getvalue()


def test_it_says_what_was_proved_and_published(folder: Path) -> None:
    assert load(folder) == (
        "execve: proved over 2 variants\n"
        "os: 1 questions published, 0 unchanged, 0 assessments\n"
    )
    assert QuestionVersion.objects.get().state == "published"
    assert load(folder) == "os: 0 questions published, 1 unchanged, 0 assessments\n"


def test_the_scenarios_may_be_elsewhere(folder: Path, tmp_path: Path) -> None:
    elsewhere = (tmp_path / "scenarios").rename(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="There is no scenario 'pe'"):
        load(folder)
    assert load(folder, scenarios=elsewhere).endswith("0 assessments\n")


def test_the_folder_may_be_the_one_that_one_is_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert load(Path()).startswith("execve: proved over 2 variants\n")


@pytest.mark.exhaustive
def test_the_course_of_the_fixtures() -> None:
    lines = load(factories.OS_COURSE).splitlines()
    count = len(list(factories.OS_COURSE.glob("questions/*.yaml")))
    assert lines[-1] == (
        f"operating-systems: {count} questions published, 0 unchanged, 3 assessments"
    )
    assert len(lines) == 5


def test_a_broken_file_ends_it_in_words(folder: Path) -> None:
    path = folder / "course.yaml"
    path.write_text("key: [")
    with pytest.raises(CommandError) as caught:
        load(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path} cannot be loaded:"
    assert lines[1].startswith("  course.yaml:2:1: ")
    assert caught.value.returncode == 1
    assert Course.objects.count() == 0


def test_a_missing_folder_ends_it_in_words(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    with pytest.raises(CommandError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path / 'course.yaml'} cannot be read: No such file or directory."
    )


def test_a_failing_proof_ends_it_with_the_counterexample(folder: Path) -> None:
    path = folder / "questions" / "execve.yaml"
    path.write_text(QUESTION.replace("claim: no_loader}", "claim: next_thing}", 1))
    load(folder)
    path.write_text(QUESTION.replace("choose: 1", "choose: 2"))
    with pytest.raises(CommandError) as caught:
        load(folder)
    assert str(caught.value).splitlines()[0] == (
        "execve: the proof failed, seed 0, option b: option b (claim no_file) does "
        "not hold: 1 options hold (a), not 2"
    )
    assert QuestionVersion.objects.count() == 1
