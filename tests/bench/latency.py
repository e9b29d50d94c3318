"""How long from a learner's POST until the notification that it is graded."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.urls import reverse

from tests.bench import noop
from tests.bench.http import Browser
from tests.bench.listening import Stamps, listening
from tests.trial.classroom import Seat, uuid_of
from tests.trial.stack import TrialError

PER_SECOND = 20
_WARM_UP = 2 * PER_SECOND


@dataclass
class Latencies:
    """Seconds, one entry per submission or round trip."""

    answered: list[float] = field(default_factory=list)
    graded: list[float] = field(default_factory=list)
    round_trips: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """A submission that was accepted: when it was sent and answered."""

    uuid: UUID
    sent: float
    answered: float


async def send(browser: Browser, seat: Seat) -> Sent:
    """Submit as the page's form does; raises TrialError when it is refused."""
    path = reverse("learner:submit", args=[seat.instance.uuid, seat.number])
    form = {"chosen": seat.wrong, "key": uuid4().hex}
    sent = time.perf_counter()
    answer = await browser.post(path, form)
    answered = time.perf_counter()
    if "/submissions/" not in answer.location:
        raise TrialError(
            f"a submission was refused: {answer.status}, to {answer.location!r}"
        )
    return Sent(uuid_of(answer.location), sent, answered)


def measure_latencies(port: int, seats: Sequence[Seat], *, seconds: int) -> Latencies:
    """Submit 20 times a second, however long answers take; no-ops half-way between."""
    browsers = [Browser(seat.user, port) for seat in seats]
    with listening() as stamps:
        sent, trips = asyncio.run(_trickle(browsers, seats, seconds))
        return _latencies(sent[_WARM_UP:], trips[_WARM_UP:], stamps)


def _latencies(
    sent: Sequence[Sent], round_trips: list[float], stamps: Stamps
) -> Latencies:
    graded = stamps.graded([one.uuid for one in sent])
    return Latencies(
        answered=[one.answered - one.sent for one in sent],
        graded=[graded[one.uuid] - one.sent for one in sent],
        round_trips=round_trips,
    )


async def _trickle(
    browsers: Sequence[Browser], seats: Sequence[Seat], seconds: int
) -> tuple[list[Sent], list[float]]:
    for browser in browsers:
        await browser.open()
    count = _WARM_UP + seconds * PER_SECOND
    start = time.perf_counter() + 0.1

    async def submit(turn: int) -> Sent:
        await _until(start + turn / PER_SECOND)
        place = turn % len(seats)
        return await send(browsers[place], seats[place])

    async def round_trip(turn: int) -> float:
        await _until(start + (turn + 0.5) / PER_SECOND)
        return await asyncio.to_thread(_round_trip)

    turns = range(count)
    sent = asyncio.gather(*(submit(turn) for turn in turns))
    trips = asyncio.gather(*(round_trip(turn) for turn in turns))
    result = await sent, await trips
    for browser in browsers:
        browser.close()
    return result


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


def _round_trip() -> float:
    start = time.perf_counter()
    noop.noop.delay().get(timeout=60)
    return time.perf_counter() - start
