"""What tests read in a page."""

import re
from html import unescape
from typing import Any

from django.contrib.messages import get_messages


def text(response: Any) -> str:
    """The words of the page's main part, each run of white space as one space."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + main)).split())


def html(response: Any) -> str:
    return response.content.decode()


def messages(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]
