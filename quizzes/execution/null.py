"""A runner that runs nothing: for tests of what happens around a run."""

from collections.abc import Mapping

from quizzes.execution.ports import Executed, ExecutedClaim, Execution


class NullRunner:
    """Answers with the claims it was given, or raises what it was given."""

    def __init__(
        self, claims: Mapping[str, bool], *, error: Exception | None = None
    ) -> None:
        self.claims = dict(claims)
        self.error = error
        self.executions: list[Execution] = []

    def execute(self, execution: Execution) -> Executed:
        """Record the execution and give the canned claims."""
        self.executions.append(execution)
        if self.error is not None:
            raise self.error
        claims = {
            name: ExecutedClaim(holds=holds, deciding=())
            for name, holds in self.claims.items()
        }
        return Executed(simulator_version="null", claims=claims, arms=())
