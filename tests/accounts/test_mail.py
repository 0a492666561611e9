"""What holds of every mail, whatever it is given."""

import email
import re
from datetime import UTC, datetime
from email import policy

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from lxml import html

from accounts.mail import compose
from accounts.models import User
from accounts.templatetags.mail import WIDTH

HOSTILE = {
    "a line break": "Good\nBcc: victim@example.org",
    "a header's end": "Good\r\n\r\n<script>alert(1)</script>",
    "another line break": "Good\u2028Bcc: victim@example.org\x85Bcc: x",
    "a control": "Good\x01Name\x1b[2J",
    "text turned around": "Good \u202egnp.exe\u202c \u2066x",
    "an encoded word": "=?utf-8?q?=0ABcc:_victim@example.org?=",
    "two encoded words": "=?utf-8?q?a?= =?utf-8?b?CkJjYzogdmljdGlt?= ñ",
    "html": "<img src=x onerror=alert(1)>\"'></a></style><style>*{display:none}</style>",
    "a template": "{{ settings.SECRET_KEY }}{% include 'x' %}",
    "a boundary": "--===============1==-- --===============1==",
    "one long word": "W" * 1000,
    "a dot": ".\n.\n.",
    "hebrew": "שלום עולם",
    "an emoji": "👩‍👩‍👧 of 🤗",
}
# Valid to Django, and read as somebody else's address, as two, or as none, by mail libraries.
AMBIGUOUS = ["=?utf-8?q?a=0Ab?=@example.org", "=?utf-8?q?victim=40corp.example=3e?=@evil.example"]


def letter(words: str, **more):
    """A mail with these words wherever there is room for any; `settings` may change the site's name too."""
    context = {"from_email": words, "to_email": words, "timestamp": datetime.now(UTC), "ip": words, "user_agent": words}
    return compose("account/email/email_changed.html", context, to=["ada@example.org"], **more)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_stay_words(settings, words):
    settings.SITE_NAME = words
    assert_harmless(letter(words))


@how(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=300))
def test_no_words_whatever_break_a_mail(settings, words):
    settings.SITE_NAME = words
    assert_harmless(letter(words))


def assert_harmless(message) -> None:
    parsed = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=policy.strict)
    assert [it.defects for it in parsed.walk()] == [[], [], []]
    expected = {"Auto-Submitted", "Content-Type", "Date", "From", "Message-ID", "MIME-Version", "Subject", "To"}
    assert sorted(parsed.keys()) == sorted(expected)
    assert " ".join(parsed["Subject"].split()) == message.subject
    text, page = (part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts())
    assert [it for it in text.split("\n") if len(it) > WIDTH and not it.startswith("http")] == []
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]", message.subject + text + page)
    read = html.document_fromstring(page)
    assert read.xpath("//script | //img | //@*[starts-with(name(), 'on')]") == []
    assert len(read.xpath("//style")) == 1


def test_a_subject_means_what_it_says(settings):
    settings.SITE_NAME = "=?utf-8?q?=0ABcc:_victim@example.org?="
    assert letter("x").subject == "Your address at = ?utf-8?q?=0ABcc:_victim@example.org?= was changed"


@pytest.mark.parametrize("address", [*AMBIGUOUS, "a\nBcc: b@example.org", "a@example.org\r\nBcc: b@example.org"])
def test_an_address_that_could_be_read_as_another_is_refused(address):
    with pytest.raises(ValueError, match="could be read as another"):
        compose("account/email/unknown_account.html", {}, to=["ada@example.org", address])


def test_a_header_of_two_lines_is_refused():
    with pytest.raises(ValueError, match="newlines"):
        letter("x", headers={"List-Unsubscribe": "<https://example.org>\nBcc: eve@example.org"}).message()


def test_an_international_address_is_reached_by_its_name_in_ascii(smtp):
    compose("account/email/unknown_account.html", {}, to=["reader@bücher.example"]).send()
    ((recipients, text),) = smtp.taken
    assert recipients == ["reader@xn--bcher-kva.example"]
    assert "\r\nTo: reader@xn--bcher-kva.example\r\n" in text


@pytest.mark.parametrize("address", AMBIGUOUS)
def test_nobody_signs_up_or_asks_for_a_password_with_such_an_address(client, db, sign_up, mailoutbox, address):
    for page in (sign_up(email=address), client.post(reverse("account_reset_password"), {"email": address})):
        assert "This doesn&#x27;t look like an email address." in page.text
    assert not User.objects.exists()
    assert mailoutbox == []
