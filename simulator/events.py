"""What happened: one record per step that a real system would report."""

from collections.abc import Mapping
from typing import Any, NamedTuple

OK = "ok"
FAILED = "failed"
ASKED = "asked"


class Event(NamedTuple):
    """One entry of a trace."""

    seq: int
    """Position in the trace, from 0."""
    time: int
    """Virtual time in microseconds."""
    actor: str
    """Who acted: ``operator``, a machine, a kernel, a hypervisor, an engine."""
    action: str
    outcome: str
    """``asked`` (an operator's wish), ``ok`` or ``failed``."""
    detail: Mapping[str, Any]
    """What a real system reports: ``target``, ``errno``, ``errno_name``,
    ``exit_status``, ``signal``, ``log`` and figures of the action itself."""
    cause: int | None
    """``seq`` of the event that led to this one."""

    def to_json(self) -> dict[str, Any]:
        """Return the event as a JSON object."""
        return {
            "seq": self.seq,
            "time": self.time,
            "actor": self.actor,
            "action": self.action,
            "outcome": self.outcome,
            "detail": dict(self.detail),
            "cause": self.cause,
        }

    def __str__(self) -> str:
        """Return one line, such as ``#12 t=0.104 s linux-1 execve failed ...``."""
        detail = self.detail
        words = [
            f"#{self.seq} t={self.time / 1_000_000:.3f} s",
            self.actor,
            self.action,
        ]
        words += [str(detail["target"])] if "target" in detail else []
        words.append(self.outcome)
        if "errno_name" in detail:
            words.append(f"{detail['errno_name']} ({detail['errno']})")
        if "signal" in detail:
            words.append(str(detail["signal"]))
        if "exit_status" in detail:
            words.append(f"exit status {detail['exit_status']}")
        text = " ".join(words)
        return f"{text}: {detail['log']}" if "log" in detail else text
