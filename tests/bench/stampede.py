"""A class that submits in the last seconds before its attempts close."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from quizzes.domain.clock import database_now
from quizzes.models import AssessmentInstance
from tests.bench.http import Browser
from tests.bench.latency import Sent, send
from tests.bench.listening import listening
from tests.trial.classroom import Seat
from tests.trial.stack import TrialError

# Each learner sends at a moment drawn evenly from the last WINDOW seconds, LAST seconds
# before the close at the latest.
WINDOW, LAST = 3.0, 0.2
_PREPARATION = 3.0
_SEED = 1


@dataclass(frozen=True)
class Stampede:
    """Seconds from sending to graded, of those accepted."""

    refused: int
    answered: list[float]
    graded: list[float]


def measure_stampede(port: int, seats: Sequence[Seat]) -> Stampede:
    """One seat per learner; all attempts close at the same moment."""
    browsers = [Browser(seat.user, port) for seat in seats]
    with listening() as stamps:
        outcomes = asyncio.run(_stampede(browsers, seats))
        sent = [outcome for outcome in outcomes if isinstance(outcome, Sent)]
        graded = stamps.graded([one.uuid for one in sent])
        return Stampede(
            refused=len(outcomes) - len(sent),
            answered=[one.answered - one.sent for one in sent],
            graded=[graded[one.uuid] - one.sent for one in sent],
        )


async def _stampede(
    browsers: Sequence[Browser], seats: Sequence[Seat]
) -> list[Sent | None]:
    for browser in browsers:
        await browser.open()
    close = time.perf_counter() + await asyncio.to_thread(_close_soon, seats)
    rng = random.Random(_SEED)
    moments = [close - rng.uniform(LAST, WINDOW) for _ in seats]

    async def submit(browser: Browser, seat: Seat, moment: float) -> Sent | None:
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        try:
            return await send(browser, seat)
        except TrialError:
            return None

    outcomes = await asyncio.gather(
        *(submit(*each) for each in zip(browsers, seats, moments, strict=True))
    )
    for browser in browsers:
        browser.close()
    return outcomes


def _close_soon(seats: Sequence[Seat]) -> float:
    """Give all attempts the same close; the seconds until then."""
    seconds = _PREPARATION + WINDOW
    AssessmentInstance.objects.filter(
        id__in=[seat.instance.id for seat in seats]
    ).update(closes_at=database_now() + timedelta(seconds=seconds))
    return seconds
