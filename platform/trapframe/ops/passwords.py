from django.contrib.auth.hashers import Argon2PasswordHasher


class DemoPasswordHasher(Argon2PasswordHasher):
    """Argon2 under another name, listed in the settings of the demo alone.

    Whatever sets a password in the demo uses it. Outside the demo nothing knows the
    name, so no such password opens anything: neither form, API nor admin.
    """

    algorithm = "argon2_demo"
