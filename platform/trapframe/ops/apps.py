from django.apps import AppConfig
from django.core.checks import register

from trapframe import checks


class OpsConfig(AppConfig):
    name = "trapframe.ops"

    def ready(self) -> None:
        register(checks.check_production, deploy=True)
        register(checks.check_always)
