class ServiceError(Exception):
    """An embedded service cannot run; the message names the place and the fix."""
