import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.markup import parameter_names, render_block, render_inline, substitute


def test_a_text_with_all_that_authors_use() -> None:
    source = (
        "## Why\n\n"
        "**Strong**, *soft*, ~~gone~~, `code`.\n\n"
        "- one\n- two\n\n"
        "3. three\n\n"
        "> quoted\n\n"
        "---\n"
    )

    assert render_block(source) == (
        "<h2>Why</h2>\n"
        "<p><strong>Strong</strong>, <em>soft</em>, <s>gone</s>, "
        "<code>code</code>.</p>\n"
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        '<ol start="3">\n<li>three</li>\n</ol>\n'
        "<blockquote>\n<p>quoted</p>\n</blockquote>\n"
        "<hr>\n"
    )


def test_a_table_carries_no_inline_style() -> None:
    assert render_block("| a | b |\n| :- | -: |\n| 1 | 2 |\n") == (
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
    )


def test_code_that_scrolls_can_be_reached_by_keyboard() -> None:
    assert render_block("```sh\nls <dir>\n```\n") == (
        '<pre tabindex="0"><code>ls &lt;dir&gt;\n</code></pre>\n'
    )


def test_the_first_heading_of_a_page_is_the_pages() -> None:
    assert render_block("# Top\n\n### Third\n") == "<h2>Top</h2>\n<h3>Third</h3>\n"


def test_inline_text_has_no_paragraph() -> None:
    assert render_inline("A **type-1** hypervisor") == (
        "A <strong>type-1</strong> hypervisor"
    )


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<b onclick=x>b</b>", "&lt;b onclick=x&gt;b&lt;/b&gt;"),
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        ("[a](data:text/html,x)", "[a](data:text/html,x)"),
        ("[a](ftp://host)", '<a rel="noopener noreferrer">a</a>'),
        ("![a](https://host/x.png)", '!<a href="https://host/x.png" '),
    ],
)
def test_nothing_dangerous_and_nothing_from_other_hosts(source: str, html: str) -> None:
    assert render_inline(source).startswith(html)


def test_a_link_tells_the_other_side_nothing() -> None:
    assert render_inline('[a](https://example.org "T")') == (
        '<a href="https://example.org" title="T" rel="noopener noreferrer">a</a>'
    )


def test_parameters_are_filled_in() -> None:
    params = {"ram_gib": 64, "name": "web", "ratio": 2.0, "share": 0.5, "on": True}

    assert (
        render_inline("${ram_gib} ${name} ${ratio} ${share} ${on}", params)
        == "64 web 2 0.5 yes"
    )
    assert substitute("${on}/${off}", {"on": True, "off": False}) == "yes/no"


def test_a_value_never_becomes_markup() -> None:
    params = {"x": "<b>*1*</b> [a](b)"}
    shown = "&lt;b&gt;*1*&lt;/b&gt; [a](b)"

    assert render_inline("**${x}** `${x}`", params) == (
        f"<strong>{shown}</strong> <code>{shown}</code>"
    )
    assert render_block("```\n${x}\n```\n\n    ${x}\n", params) == (
        f'<pre tabindex="0"><code>{shown}\n</code></pre>\n'
        f'<pre tabindex="0"><code>{shown}\n</code></pre>\n'
    )


def test_underscores_of_a_name_are_not_emphasis() -> None:
    assert render_inline("_${a_}_ and ${_b} ${c_d_e}", {"a_": 1, "c_d_e": 2}) == (
        "<em>1</em> and ${_b} 2"
    )


def test_unknown_escaped_and_foreign_names_stay() -> None:
    params = {"x": 1}

    for render in (substitute, render_inline):
        assert render("${y} $${x} ${HOME} $x ${ x } ${x}", params) == (
            "${y} ${x} ${HOME} $x ${ x } 1"
        )


def test_a_parameter_in_a_link_text_but_not_in_its_target() -> None:
    assert render_inline("[${x}](https://host/${x})", {"x": "v"}) == (
        '<a href="https://host/$%7Bx%7D" rel="noopener noreferrer">v</a>'
    )


def test_without_parameters_nothing_is_replaced() -> None:
    assert render_block("${x}\n") == "<p>${x}</p>\n"


def test_the_names_that_a_text_uses() -> None:
    assert parameter_names("${a} ${b_2} $${c} ${a} ${D} ${e") == {"a", "b_2"}


@given(st.text())
def test_no_text_smuggles_in_a_script_or_a_handler(source: str) -> None:
    html = render_block(source + "\n<script>x</script><img onerror=y>", {})

    assert "<script" not in html
    assert "<img" not in html


@given(st.text(), st.text())
def test_a_value_shows_as_it_is_in_plain_text(before: str, value: str) -> None:
    text = before.replace("$", "") + "${x}"

    assert substitute(text, {"x": value}) == before.replace("$", "") + value
