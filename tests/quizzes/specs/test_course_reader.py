from quizzes.specs import (
    ChapterSpec,
    CourseSpec,
    ObjectiveSpec,
    read_chapter,
    read_course,
)
from quizzes.specs.course_reader import LONGEST_CHAPTER
from tests.quizzes.specs.samples import CHAPTER, COURSE, hints, problems, without


def test_a_course() -> None:
    assert read_course(COURSE) == CourseSpec(
        key="operating-systems",
        title="Operating systems",
        summary="How programs share a machine.",
        chapters=("processes", "virtualization"),
    )


def test_a_course_with_faults() -> None:
    source = "key: os\ntitle: 1\nchapters: [a, a, B]\nlanguage: en\n"

    assert problems(read_course, source) == [
        (1, 1, "summary", "The key `summary` is missing."),
        (2, 8, "title", "Text is needed here; YAML reads this as a number."),
        (3, 15, "chapters[1]", "`a` stands here twice."),
        (3, 18, "chapters[2]", "`B` cannot be used here."),
        (4, 1, "language", "There is no key `language` here."),
    ]


def test_a_course_without_chapters() -> None:
    source = without(COURSE, "chapters") + "chapters: []\n"

    assert problems(read_course, source) == [
        (4, 11, "chapters", "`chapters` needs 1 to 100 entries and has 0.")
    ]


def test_a_chapter() -> None:
    assert read_chapter(CHAPTER) == ChapterSpec(
        key="virtualization",
        number=21,
        title="Virtualization",
        level="intermediate",
        minutes=30,
        objectives=(
            ObjectiveSpec(key="LO1", statement="Say what it is."),
            ObjectiveSpec(key="LO2", statement="Say why it pays."),
        ),
        next_title="Distributed systems",
        figure="two-towers",
        intro="One becomes many.",
        body="## Why\n\nBecause.",
    )


def test_a_chapter_from_windows_is_the_same_chapter() -> None:
    assert read_chapter(CHAPTER.replace("\n", "\r\n")) == read_chapter(CHAPTER)


def test_the_last_chapter_has_no_next_and_needs_no_figure() -> None:
    spec = read_chapter(without(CHAPTER, "next_title", "figure"))

    assert (spec.next_title, spec.figure) == (None, None)


def test_a_chapter_without_headings_is_all_intro() -> None:
    spec = read_chapter(CHAPTER.replace("## Why", "Why? #1 reason:"))

    assert spec.intro == "One becomes many.\n\nWhy? #1 reason:\n\nBecause."
    assert spec.body == ""


def test_a_chapter_without_intro_is_all_body() -> None:
    spec = read_chapter(CHAPTER.replace("One becomes many.\n", ""))

    assert (spec.intro, spec.body) == ("", "## Why\n\nBecause.")


def test_a_rule_of_dashes_in_the_text_belongs_to_the_text() -> None:
    spec = read_chapter(CHAPTER + "\n---\n\nMore.\n")

    assert spec.body == "## Why\n\nBecause.\n\n---\n\nMore."


def test_places_count_from_the_start_of_the_file() -> None:
    source = CHAPTER.replace("number: 21", "number: first").replace(
        "key: LO2", "key: LO1"
    )

    assert problems(read_chapter, source) == [
        (3, 9, "number", "`number` must be a whole number from 1 to 999."),
        (9, 11, "objectives[1].key", "Another objective has this key."),
    ]


def test_a_chapter_with_unknown_words() -> None:
    source = CHAPTER.replace("intermediate", "intermediat").replace(
        "two-towers", "three-towers"
    )

    assert problems(read_chapter, source) == [
        (5, 8, "level", "`level` cannot be `intermediat`."),
        (11, 9, "figure", "`figure` cannot be `three-towers`."),
    ]
    assert hints(read_chapter, source) == [
        "Did you mean `intermediate`?",
        "Did you mean `two-towers`?",
    ]


def test_a_chapter_without_front_matter() -> None:
    for source in ("", "## Why\n", "---\nkey: a\n", "key: a\n---\nText\n"):
        assert problems(read_chapter, source) == [
            (1, 1, "", "The file does not begin with front matter.")
        ]
    assert hints(read_chapter, "") == [
        "Put YAML between two lines of `---` before the text."
    ]


def test_texts_that_cannot_be_a_chapter() -> None:
    front = CHAPTER[: CHAPTER.index("One becomes")]

    assert problems(read_chapter, front) == [(1, 1, "", "The chapter has no text.")]
    assert problems(read_chapter, front + "a\x00b") == [
        (1, 1, "", "The text holds a character that cannot be stored.")
    ]
    assert problems(read_chapter, front + "x" * (LONGEST_CHAPTER + 1)) == [
        (1, 1, "", "The chapter is longer than 200000 characters.")
    ]
