"""All middleware of a request in one thread.

Django's own would each hop to a thread and back, twice for every request: a sixth of
what a submission costs. A middleware that cannot be asynchronous makes the chain above
it synchronous as a whole; asynchronous views, the event streams, still run in the loop.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_only_middleware

Handler = Callable[[HttpRequest], HttpResponse]


@sync_only_middleware
def one_thread(get_response: Handler) -> Handler:
    """Add nothing to the request; be synchronous."""
    return get_response
