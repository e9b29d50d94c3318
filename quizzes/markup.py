"""Authors' Markdown to HTML that is safe to show.

`${name}` is replaced by the variant's parameter, as text: a value can never become
markup. `$${name}` shows `${name}` itself. Raw HTML in the source is shown as text.
"""

import re
from collections.abc import Mapping
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

Scalar = str | int | float | bool

PARAMETER: Final = re.compile(r"\$(\$?)\{([a-z][a-z0-9_]*)\}")
PARAMS: Final = "params"

ALLOWED_TAGS: Final = (
    *("a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "h5", "h6"),
    *(
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
    ),
    *("tr", "ul"),
)
ALLOWED_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
# Wide code scrolls sideways, and the keyboard has to reach what scrolls.
SET_ATTRIBUTES: Final = {"pre": {"tabindex": "0"}}
URL_SCHEMES: Final = {"http", "https", "mailto"}


def render_block(source: str, params: Mapping[str, Scalar] | None = None) -> str:
    """HTML of a text with paragraphs, lists, tables and code."""
    return _clean(_MARKDOWN.render(source, {PARAMS: params or {}}))


def render_inline(source: str, params: Mapping[str, Scalar] | None = None) -> str:
    """HTML of a text that stands within a line: no paragraph around it."""
    return _clean(_MARKDOWN.renderInline(source, {PARAMS: params or {}}))


def substitute(text: str, params: Mapping[str, Scalar]) -> str:
    """Plain text with its parameters filled in; unknown ones stay as they stand."""

    def value(match: re.Match[str]) -> str:
        escaped, name = match.groups()
        if escaped:
            return match.group()[1:]
        return _shown(params[name]) if name in params else match.group()

    return PARAMETER.sub(value, text)


def parameter_names(source: str) -> frozenset[str]:
    """The names of all parameters that `source` uses."""
    found = PARAMETER.finditer(source)
    return frozenset(
        name for escaped, name in map(re.Match.groups, found) if not escaped
    )


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        set_tag_attribute_values=SET_ATTRIBUTES,
        url_schemes=URL_SCHEMES,
        link_rel="noopener noreferrer",
    )


def _parameter_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Read `${name}` before any other rule can take its underscores for emphasis."""
    match = PARAMETER.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("text", "", 0).content = substitute(match.group(), state.env[PARAMS])
    state.pos = match.end()
    return True


def _block_rule(state: StateCore) -> None:
    """Fill in code, where inline rules do not look; leave `h1` to the page."""
    for block in state.tokens:
        block.tag = "h2" if block.tag == "h1" else block.tag
        for token in (block, *(block.children or ())):
            if token.type in {"code_inline", "code_block", "fence"}:
                token.content = substitute(token.content, state.env[PARAMS])


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable(["table", "strikethrough"])
    # No page asks another host for anything, so there is nothing to show.
    markdown.disable("image")
    markdown.inline.ruler.before("emphasis", "parameter", _parameter_rule)
    markdown.core.ruler.push("blocks", _block_rule)
    return markdown


_MARKDOWN: Final = _markdown()
