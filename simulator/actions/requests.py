"""Requests one by one: clients that wait for answers, or come at a steady rate.

Each request is a thread of the process that it goes to: it waits for a free worker,
touches memory, uses a core, reads the disk. What it waits for there is its latency.
"""

from simulator.actions.places import Arguments
from simulator.engine import Gate, Work
from simulator.events import FAILED, OK
from simulator.subsystems.costs import request_cost
from simulator.subsystems.latency import Latencies
from simulator.subsystems.processes import Process
from simulator.world import World


class Answer(Gate):
    """What a client waits for. Open without a span: it will not come."""

    __slots__ = ("span_us",)

    def __init__(self) -> None:
        super().__init__()
        self.span_us: int | None = None


class Client:
    """Sends the requests of one action and keeps what came of them."""

    def __init__(self, world: World, arguments: Arguments, asked: int) -> None:
        self._world = world
        self._engine = world.engine
        self._arguments = arguments
        self._asked = asked
        self._sent = 0
        self._latencies = Latencies()

    def run(self) -> Work:
        """Send all requests; ends when each was answered or given up."""
        rate, threads = self._arguments["rate"], self._arguments["concurrency"]
        if rate is not None:
            yield from self._at_rate(rate)
        else:
            yield from [self._engine.spawn(self._in_turn()) for _ in range(threads)]
        self._tell()

    def _at_rate(self, rate: int) -> Work:
        """Send at even intervals, whether or not there were answers."""
        began, count, under_way = self._engine.now, self._arguments["requests"], []
        for number in range(count):
            yield began + number * 1_000_000 // rate - self._engine.now
            under_way.append(self._engine.spawn(self._request(number)))
        yield from under_way

    def _in_turn(self) -> Work:
        """Send the next request when the last one was answered."""
        yield 0
        while self._sent < self._arguments["requests"]:
            self._sent += 1
            yield from self._request(self._sent - 1)

    def _request(self, number: int) -> Work:
        """Send one request, and wait until it is answered or time is up."""
        yield 0
        processes = self._processes()
        answer = Answer()
        if processes:
            process = processes[number % len(processes)]
            work = self._engine.spawn(self._serve(process, answer))
            process.tasks.append(work)
            if self._arguments["timeout_ms"] is None:
                yield work
            else:
                timer = self._engine.spawn(self._give_up(answer))
                yield answer
                timer.cancel(self._engine)
        if answer.span_us is None:
            self._latencies.failed += 1
        else:
            self._latencies.spans_us.append(answer.span_us)

    def _give_up(self, answer: Answer) -> Work:
        yield self._arguments["timeout_ms"] * 1000
        self._engine.open(answer)

    def _serve(self, process: Process, answer: Answer) -> Work:
        """Work off one request; a client that has given up does not stop it."""
        began = self._engine.now
        while (held := process.held) is not None:
            yield held
        yield from _worker(process)
        try:
            yield from self._work(process)
        finally:
            _free_worker(process)
        process.served += 1
        if not answer.is_open:
            answer.span_us = self._engine.now - began
            self._engine.open(answer)

    def _work(self, process: Process) -> Work:
        program, kernel = process.program, process.kernel
        if program.touch_kib:
            yield from kernel.pages.touch(process, program.touch_kib)
        cost = request_cost(process.serves, kernel.platform, process.operation_ns)
        yield from process.compute(max(1, cost.ns // 1000))
        if program.disk_kib:
            yield from kernel.platform.block_device.move(program.disk_kib)
        kernel.platform.exits += cost.exits
        kernel.platform.host_calls += cost.calls

    def _processes(self) -> list[Process]:
        """Return who takes requests: what is stopped or frozen does, and is silent."""
        name, on = self._arguments["program"], self._arguments["on"]
        places = None
        if on is not None:
            places = {place.name for place in self._world.places.get(on, [])}
        return [
            process
            for kernel in self._world.kernels
            if kernel.state == "running"
            for process in kernel.processes
            if process.program.name == name
            and process.alive
            and (places is None or process.place in places)
        ]

    def _tell(self) -> None:
        name, found = self._arguments["program"], self._latencies
        known = self._world.latencies.setdefault(name, Latencies())
        known.spans_us += found.spans_us
        known.failed += found.failed
        summary = found.summary()
        said = {}
        if found.failed:
            said["log"] = f"{found.failed} requests got no answer"
        outcome = FAILED if found.failed else OK
        self._engine.record(
            name, "answers", outcome, cause=self._asked, **summary, **said
        )


def _worker(process: Process) -> Work:
    """Wait until one of the process's workers is free, in the order of arrival."""
    most = process.program.workers
    while most and process.busy >= most:
        if process.turn is None:
            process.turn = Gate()
        yield process.turn
    process.busy += 1


def _free_worker(process: Process) -> None:
    process.busy -= 1
    if process.turn is not None:
        turn, process.turn = process.turn, None
        process.kernel.platform.engine.open(turn)
