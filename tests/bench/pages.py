"""How long a question's page takes, against a bare view on the same server."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from django.urls import reverse

from tests.bench.http import Browser
from tests.trial.classroom import Seat
from tests.trial.stack import TrialError

BARE = "/bench/bare/"
_WARM_UP = 50


@dataclass
class Pages:
    """Seconds per request, one client."""

    bare: list[float] = field(default_factory=list)
    question: list[float] = field(default_factory=list)


def measure_pages(port: int, seats: Sequence[Seat], *, count: int) -> Pages:
    """The bare view and a question's page take turns, on one kept connection each."""
    browsers = [Browser(seat.user, port) for seat in seats]
    return asyncio.run(_measure(browsers, seats, count))


async def _measure(
    browsers: Sequence[Browser], seats: Sequence[Seat], count: int
) -> Pages:
    for browser in browsers:
        await browser.open()
    pages = Pages()
    for turn in range(_WARM_UP + count):
        seat, browser = seats[turn % len(seats)], browsers[turn % len(seats)]
        path = reverse("learner:question", args=[seat.instance.uuid, seat.number])
        bare, question = await _timed(browser, BARE), await _timed(browser, path)
        if turn >= _WARM_UP:
            pages.bare.append(bare)
            pages.question.append(question)
    for browser in browsers:
        browser.close()
    return pages


async def _timed(browser: Browser, path: str) -> float:
    start = time.perf_counter()
    answer = await browser.get(path)
    seconds = time.perf_counter() - start
    if answer.status != HTTPStatus.OK:
        raise TrialError(f"{path} answered {answer.status}")
    return seconds
