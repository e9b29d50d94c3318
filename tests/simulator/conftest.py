"""Examples of hypothesis have no deadline: others may be busy on the same machine."""

from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
