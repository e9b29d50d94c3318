"""Server-sent events, fed by the database's NOTIFY."""

from trapframe.web.live.stream import Reader, event_stream

__all__ = ["Reader", "event_stream"]
