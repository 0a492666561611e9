"""An address has one spelling, and what mail can't safely go to is refused at the door."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from feed.mailbox import LONGEST, normal, readable


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("  ada@example.org ", "ada@example.org"),
        ("ada+papers@example.org", "ada+papers@example.org"),
        ("Ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        # With an accent of its own after the u.
        ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"),
        # As mail programs do today, not as in 2003: this is not strasse.example.
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@почта.рф", "ada@xn--80a1acny.xn--p1ai"),
        ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("ada@ｅxample.org", "ada@example.org"),
    ],
)
def test_an_address_is_spelled_one_way(typed, address):
    assert normal(typed) == address
    assert normal(address) == address


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "look like"),
        ("ada", "look like"),
        ("ada@", "look like"),
        ("@example.org", "look like"),
        ("a@b", "look like"),
        ("ada@example..org", "look like"),
        ("ada@bü cher.example", "look like"),
        ("ada@-ü.example", "look like"),
        ("ada@[127.0.0.1]", "look like"),
        ("ada@[IPv6:::1]", "look like"),
        ('"ada"@example.org', "look like"),
        ('"a\x01b"@example.org', "invisible"),
        ("ada@example.org\nBcc: eve@example.org", "invisible"),
        ("a\rda@example.org", "invisible"),
        ("a\0da@example.org", "invisible"),
        ("ada@exa\u200bmple.org", "invisible"),
        ("ada@exa\u202emple.org", "invisible"),
        ("jürgen@example.org", "accents"),
        # The sign of a Kelvin, which would be a k in lower case.
        ("\u212aurt@example.org", "accents"),
        ("x" * 65 + "@example.org", "longer"),
        ("ada@" + "x" * 60 + ("." + "y" * 60) * 4 + ".org", "longer"),
    ],
)
def test_what_mail_can_not_go_to_is_refused_with_the_reason(typed, reason):
    with pytest.raises(ValidationError, match=reason):
        normal(typed)


@given(st.text(max_size=60), st.text(max_size=300))
def test_whatever_is_typed_becomes_a_plain_address_or_is_refused(local_part, domain):
    try:
        address = normal(f"{local_part}@{domain}")
    except ValidationError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert len(address) <= LONGEST
    assert normal(address) == address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
        ("ada@xn--a.example", "ada@xn--a.example"),
    ],
)
def test_its_owner_reads_it_as_they_write_it(address, shown):
    assert readable(address) == shown
