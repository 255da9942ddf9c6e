"""How passphrases are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PassphraseHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet, minimum configuration).

    Django's own setting takes 100 MB for each sign-in: eight people signing in at once would fill a small machine.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
