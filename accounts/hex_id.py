"""The 24 hexadecimal digits by which the API names things, as Hugging Face's does."""

import secrets

from django.core.validators import RegexValidator
from django.db import models


def new_hex_id() -> str:
    return secrets.token_hex(12)


class HexIdField(models.CharField):
    """24 hex digits, unique; the source's own when it gave one, otherwise drawn at random."""

    def __init__(self, **kwargs):
        defaults = {"max_length": 24, "default": new_hex_id, "unique": True, "editable": False}
        super().__init__(**{**defaults, "validators": [RegexValidator(r"^[0-9a-f]{24}\Z")], **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        kwargs["unique"] = self.unique
        return name, path, args, kwargs
