"""Comments, continued lines, directives and heredocs."""

from simulator.dockerfile import Heredoc, parse_dockerfile
from tests.simulator.dockerfile.texts import advice, after_from, lines, only, wrong


def test_comments_and_empty_lines_say_nothing() -> None:
    found = after_from("# a comment", "", "   ", "  # another", "RUN a")
    assert [(i.keyword, i.line) for i in found] == [("RUN", 6)]


def test_white_space_in_front_of_an_instruction_is_nothing() -> None:
    assert only("   RUN a").words == ("a",)


def test_a_tab_parts_the_keyword_too() -> None:
    assert only("RUN\ta b").words == ("a b",)
    assert only("RUN\ta\tb").words == ("a\tb",)


def test_a_line_goes_on_after_a_backslash() -> None:
    found = after_from("RUN a && \\", "  b \\ \t", "  c", "RUN d")
    assert [(i.line, i.words) for i in found] == [
        (2, ("a &&   b   c",)),
        (5, ("d",)),
    ]


def test_comments_inside_a_continued_line_are_left_out() -> None:
    found = only("RUN a \\", "# why", "  # and \\", "  b")
    assert found.words == ("a   b",)


def test_an_empty_line_inside_a_continued_line_is_left_out_with_advice() -> None:
    assert only("RUN a \\", "", " b").words == ("a  b",)
    assert advice("RUN a \\", "", " b") == [(3, "", "NoEmptyContinuation")]


def test_two_backslashes_continue_nothing() -> None:
    found = after_from("RUN a \\\\", "RUN b")
    assert [i.words for i in found] == [("a \\\\",), ("b",)]


def test_a_backslash_at_the_very_end_is_no_harm() -> None:
    assert only("RUN a \\").words == ("a",)


def test_a_backslash_does_not_continue_a_comment() -> None:
    assert [i.words for i in after_from("# a \\", "RUN b")] == [("b",)]


def test_the_escape_directive_changes_the_mark() -> None:
    text = lines("# escape=`", "FROM base", "COPY a `", "  c:\\", "RUN x")
    found = parse_dockerfile(text)
    assert found.escape == "`"
    assert found.stages[0].instructions[0].words == ("a", "c:\\")


def test_directives_in_any_case_and_in_a_row() -> None:
    text = lines("#syntax=docker/dockerfile:1", "# ESCAPE = ` ", "FROM base")
    assert parse_dockerfile(text).escape == "`"


def test_after_anything_else_a_directive_is_a_comment() -> None:
    for first in ("# a comment", "", "# other=x"):
        text = lines(first, "# escape=`", "FROM base")
        assert parse_dockerfile(text).escape == "\\"


def test_a_directive_stands_once() -> None:
    assert wrong("# escape=`", "# escape=\\", "FROM a") == [
        (2, "escape", "only one escape parser directive can be used", "")
    ]


def test_an_escape_mark_is_a_backslash_or_a_backtick() -> None:
    assert wrong("# escape=x", "FROM a") == [
        (1, "escape", "invalid ESCAPE 'x': must be \\ or `", "")
    ]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_dockerfile("\ufeffFROM a\n").stages[0].base == "a"


def test_windows_line_ends() -> None:
    assert parse_dockerfile("FROM a\r\nRUN b \\\r\n c\r\n").stages[0].instructions[
        0
    ].words == ("b  c",)


def test_a_heredoc_is_the_text_up_to_its_name() -> None:
    found = after_from("RUN <<EOF", "a", "# b", "", "EOF", "RUN c")
    assert found[0].heredocs == (Heredoc("EOF", "a\n# b\n\n"),)
    assert [i.line for i in found] == [2, 7]


def test_a_heredoc_with_a_dash_loses_its_tabs() -> None:
    found = only("RUN <<-END", "\ta", "\tEND")
    assert found.heredocs == (Heredoc("END", "a\n"),)


def test_variables_stay_in_a_heredoc_with_a_quoted_name() -> None:
    for mark in ("<<'EOF'", '<<"EOF"'):
        assert only(f"RUN {mark}", "$a", "EOF").heredocs == (
            Heredoc("EOF", "$a\n", expands=False),
        )


def test_several_heredocs_of_one_instruction() -> None:
    found = only("COPY <<one <<two /dir/", "1", "one", "2", "two")
    assert [(h.name, h.body) for h in found.heredocs] == [
        ("one", "1\n"),
        ("two", "2\n"),
    ]


def test_no_heredoc_where_none_can_be() -> None:
    assert only("LABEL a=<<EOF").heredocs == ()
    assert only('RUN echo "<<EOF"').heredocs == ()
    assert only("RUN cat <<<word").heredocs == ()


def test_a_heredoc_without_an_end() -> None:
    assert wrong("FROM a", "RUN <<EOF", "x") == [
        (2, "<<EOF", "unterminated heredoc", "a line that holds only EOF")
    ]


def test_a_heredoc_of_a_trigger() -> None:
    found = only("ONBUILD RUN <<EOF", "a", "EOF")
    assert found.inner is not None
    assert found.inner.heredocs == (Heredoc("EOF", "a\n"),)
