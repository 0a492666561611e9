"""Email addresses in one spelling; what mail can't safely be sent to is refused, with the reason."""

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.mail import validate_recipient

# Characters: RFC 5321, 4.5.3.1, and its erratum 1690.
LONGEST, LONGEST_LOCAL_PART = 254, 64

_check = EmailValidator("This doesn't look like an email address.")


def normal(text: str) -> str:
    """An address in lower case, its domain in ASCII: ada@xn--bcher-kva.example for Ada@BÜCHER.example.

    Raises ValidationError, with a sentence for whoever typed it.
    """
    text = text.strip()
    local_part, _, domain = text.rpartition("@")
    if not text.isprintable():
        raise ValidationError(
            "A line break or another invisible character is within this address. Please type it anew."
        )
    if not local_part.isascii():
        raise ValidationError(
            "Mail from here reaches only addresses with plain letters, without accents, before the @."
        )
    if not domain.isascii():
        domain = _ascii(domain)
    address = f"{local_part}@{domain}".lower()
    # With quotation marks one mailbox could be spelled in many ways; in brackets stands a machine, which may be one of ours.
    if '"' in local_part or domain.startswith("["):
        raise ValidationError(_check.message)
    _check(address)
    validate_recipient(address)
    if len(address) > LONGEST or len(local_part) > LONGEST_LOCAL_PART:
        raise ValidationError("This address is longer than any that mail can be sent to.")
    return address


def readable(address: str) -> str:
    """The same address with the letters of its domain: ada@bücher.example."""
    local_part, _, domain = address.rpartition("@")
    try:
        return f"{local_part}@{idna.decode(domain)}" if "xn--" in domain else address
    except idna.IDNAError:
        return address


def _ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValidationError(_check.message) from error
