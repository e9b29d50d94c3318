"""Long texts on the admin's pages: as they are, in a box that the keyboard scrolls."""

import json
from typing import Any

from django.utils.html import format_html


def as_text(text: str, label: str) -> str:
    return format_html(
        '<pre class="tf-source" tabindex="0" role="region" aria-label="{}">{}</pre>',
        label,
        text,
    )


def as_json(value: Any, label: str) -> str:
    return as_text(json.dumps(value, indent=2, ensure_ascii=False), label)
