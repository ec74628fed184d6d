"""How passwords are kept: Argon2id with OWASP's smaller memory, since ten people log in at eight o'clock on one machine."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
