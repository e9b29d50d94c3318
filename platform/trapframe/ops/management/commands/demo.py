import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from trapframe import embedded, env
from trapframe.ops import demo
from trapframe.ops.supervisor import Supervisor, stop_event

_PR_SET_PDEATHSIG = 1
_NAME_WIDTH = 18


class Command(BaseCommand):
    help = "Run the whole platform on this machine, with a course and accounts."
    # The settings are checked by the processes; here the tables may not exist yet.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("this is not the demo: set TRAPFRAME_DEMO=1")
        _end_with_parent()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._run(env.number("TRAPFRAME_PORT", 8000))
        except (demo.DemoError, embedded.ServiceError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:  # before all was up
            self._tell("ended before it was ready")

    def _run(self, port: int) -> None:
        demo.require_free_port(port)
        with demo.running_services(self._tell) as services:
            demo.prepare(self._tell)
            supervisor = Supervisor(demo.processes_of_demo(port), self._say)
            self._tell("starting web server, workers and sweeper")
            stop = stop_event()
            try:
                supervisor.start()
                demo.watch(supervisor, services, port, stop, self._tell)
            finally:
                self._tell("ending")
                supervisor.stop()
        self._tell("ended")

    def _tell(self, text: str) -> None:
        self._say("demo", text)

    def _say(self, name: str, text: str) -> None:
        with suppress(BrokenPipeError):  # nobody reads any more; go on, and end well
            self.stdout.write(f"{name:<{_NAME_WIDTH}}| {text}")
            self.stdout.flush()


def _end_with_parent() -> None:
    """Get SIGTERM when the parent (make, a shell) ends, even by SIGKILL."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
