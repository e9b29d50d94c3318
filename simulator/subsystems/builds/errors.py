"""How a build ends before its time."""


class BuildError(Exception):
    """A step cannot be carried out: the log line, and the exit status if it ran."""

    def __init__(self, log: str, exit_status: int | None = None) -> None:
        self.log = log
        self.exit_status = exit_status
        super().__init__(log)
