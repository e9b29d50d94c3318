"""Patterns for files: ``.dockerignore``, and the wildcards of COPY and ADD."""

from dataclasses import dataclass

MAX_PATTERNS = 200
MAX_PATTERN = 400


def matches(pattern: str, path: str) -> bool:
    """Return whether a relative path is what a pattern with wildcards names.

    ``*`` and ``?`` stay within one directory; ``**`` stands for any number of them.
    """
    reached = {0}
    parts = path.split("/")
    for entry in pattern[:MAX_PATTERN].split("/"):
        if entry == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {
                at + 1 for at in reached if at < len(parts) and _fits(entry, parts[at])
            }
        if not reached:
            return False
    return len(parts) in reached


def _fits(pattern: str, name: str) -> bool:
    """Compare one name; the last star takes as many letters as it must."""
    at = place = taken = 0
    star = -1
    while place < len(name):
        if pattern[at : at + 1] == "*":
            star, taken, at = at, place, at + 1
        elif pattern[at : at + 1] in {"?", name[place]}:
            at, place = at + 1, place + 1
        elif star >= 0:
            taken += 1
            at, place = star + 1, taken
        else:
            return False
    return not pattern[at:].strip("*")


@dataclass(frozen=True, slots=True)
class IgnoreList:
    """What ``.dockerignore`` keeps out of the build context."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Patterns, and whether each one takes files back in (``!``)."""

    @classmethod
    def read(cls, text: str) -> "IgnoreList":
        """Read the file; lines beyond the bound are passed over."""
        rules = []
        for line in text.splitlines()[:MAX_PATTERNS]:
            rule = line.strip()
            if not rule or rule.startswith("#"):
                continue
            includes = rule.startswith("!")
            pattern = rule.removeprefix("!").strip().strip("/")
            pattern = pattern.removeprefix("./")
            if pattern:
                rules.append((pattern, includes))
        return cls(tuple(rules))

    def excludes(self, path: str) -> bool:
        """Return whether a file is kept out; the last rule that fits decides."""
        parts = path.strip("/").split("/")
        ways = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        excluded = False
        for pattern, includes in self.rules:
            if any(matches(pattern, way) for way in ways):
                excluded = not includes
        return excluded
