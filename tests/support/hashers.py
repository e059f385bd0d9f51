"""Password hashing that does not slow the tests down."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's default with few iterations: a server process under test can verify its hashes."""

    iterations = 100
