from quizzes.specs import SpecError, SpecProblem


def test_a_problem_reads_as_a_sentence_with_its_place() -> None:
    problem = SpecProblem(3, 7, "options[0].key", "This must not be empty.", "Fill it.")

    assert str(problem) == (
        "line 3, column 7 (options[0].key): This must not be empty. Fill it."
    )


def test_a_problem_needs_neither_path_nor_hint() -> None:
    assert str(SpecProblem(1, 1, "", "The file is empty.")) == (
        "line 1, column 1: The file is empty."
    )


def test_a_problem_as_json() -> None:
    assert SpecProblem(3, 7, "key", "Bad.", "Mend it.").to_json() == {
        "line": 3,
        "column": 7,
        "path": "key",
        "message": "Bad.",
        "hint": "Mend it.",
    }


def test_the_error_lists_problems_in_the_order_of_the_file() -> None:
    late = SpecProblem(9, 1, "title", "Late.")
    early = SpecProblem(2, 5, "key", "Early.")
    same_line = SpecProblem(2, 1, "key", "Earlier.")

    error = SpecError("question.yaml", (late, early, same_line))

    assert error.name == "question.yaml"
    assert error.problems == (same_line, early, late)
    assert str(error) == (
        "question.yaml has 3 problem(s):\n"
        "  line 2, column 1 (key): Earlier.\n"
        "  line 2, column 5 (key): Early.\n"
        "  line 9, column 1 (title): Late."
    )
