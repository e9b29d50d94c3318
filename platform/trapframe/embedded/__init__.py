"""Real PostgreSQL and Redis from wheels, for the demo, the tests and tools.

Production brings its own services: with DATABASE_URL and CELERY_BROKER_URL set,
nothing imports this package.
"""

from trapframe.embedded.addresses import Addresses, addresses
from trapframe.embedded.child import start_child
from trapframe.embedded.errors import ServiceError
from trapframe.embedded.places import remove_data
from trapframe.embedded.services import Services, services

__all__ = [
    "Addresses",
    "ServiceError",
    "Services",
    "addresses",
    "remove_data",
    "services",
    "start_child",
]
