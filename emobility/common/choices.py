"""Choices that carry, beside value and label, a help text and a tone."""

from typing import Any

from django.db import models


class DescribedChoices(models.TextChoices):
    """Text choices declared as ``NAME = value, help, tone, label``.

    ``help`` is the sentence shown behind the (i) button; ``tone`` is one of
    ``good busy warn bad idle`` and picks colour and icon of a status badge.
    """

    help: str
    tone: str

    def __new__(cls, value: str, help: Any = "", tone: str = "idle") -> "DescribedChoices":
        member = str.__new__(cls, value)
        member._value_ = value
        member.help = help
        member.tone = tone
        return member
