from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "trapframe.accounts"
    label = "accounts"
