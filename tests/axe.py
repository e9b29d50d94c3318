"""axe-core in a page: what it finds against WCAG 2.2 AA."""

from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = files("axe_playwright_python").joinpath("axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL: dict[str, Any] = {"type": "tag", "values": TAGS}
OPTIONS = {
    # It would fetch the style sheets again and try to put them in.
    "preload": False,
    # Of what passes it would describe every node.
    "resultTypes": ["violations"],
    # Django's inline tables head the column of their rows' names with nothing.
    "rules": {"empty-table-header": {"enabled": False}},
}


VISIBLE = {"type": "rule", "values": ["color-contrast", "target-size"]}
"""The rules that depend on colours and widths, and not on the document alone."""


def violations(page: "Page", *, of: dict[str, Any] = ALL) -> list[str]:
    """One line for each node that breaks a rule; frames of the page included.

    The script is given to the page by the browser's debugger, so the page's content
    security policy stays as it is.
    """
    for frame in page.frames:
        if frame.evaluate("typeof axe") == "undefined":
            frame.evaluate(SCRIPT.read_text())
    result: dict[str, Any] = page.evaluate(
        "options => axe.run(document, options)", {**OPTIONS, "runOnly": of}
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
