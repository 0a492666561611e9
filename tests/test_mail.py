"""Each kind of mail the site sends, as mail programs read it. The digest has tests of its own."""

import email
import re
from email import policy
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from lxml import html

from accounts.mail import LARGEST
from accounts.templatetags.mail import WIDTH
from tests.every_mail import send_each

LINK = r"https?://[^\s>]+"
# Those that speak of papers.
WITH_PAPERS = {"alert"}
# Those that come by request or rule, and go on until somebody says no.
WITH_A_WAY_OUT = {"alert", "confirm_subscription", "already_subscribed"}
# Asked by the daily watch and by nobody else: its links lead into the admin.
OF_OPERATORS = {"silent", "back"}


@pytest.fixture
def mails(ada, make_paper, settings):
    """Each mail by its template's name."""
    return send_each(ada, make_paper, settings)


def parts(message: EmailMultiAlternatives) -> tuple[str, str]:
    """The text and the HTML as they arrive; strict about every byte."""
    parsed = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=policy.strict)
    assert [it.defects for it in parsed.walk()] == [[], [], []]
    assert parsed.get_content_type() == "multipart/alternative"
    text, page = parsed.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert " ".join(parsed["Subject"].split()) == message.subject
    return text.get_content().replace("\r\n", "\n"), page.get_content()


def test_every_template_of_a_mail_is_sent_here(mails, pytestconfig):
    folders = ("account/email", "feed/mail", "papers/mail")
    files = [file for folder in folders for file in (pytestconfig.rootpath / "templates" / folder).glob("[a-z]*.html")]
    layouts = {"digest", "base_notification"}
    assert {name for name, _ in mails} == {file.stem for file in files} - layouts


def test_each_mail_is_text_and_html_by_a_machine_and_small(mails):
    for name, message in mails:
        text, page = parts(message)
        assert message.extra_headers["Auto-Submitted"] == "auto-generated", name
        assert [it for it in text.split("\n") if len(it) > WIDTH and not re.fullmatch(LINK, it.strip())] == [], name
        assert not re.search(r"\n{4}|&amp;|&#|</|{{|{%", text), name
        assert len(page.encode()) < LARGEST, name


def test_each_mail_has_the_look_of_the_site(mails):
    for name, message in mails:
        page = html.document_fromstring(parts(message)[1])
        assert page.xpath("string(//div[@role='banner'])").strip() == "▲ Daily Papers", name
        assert page.xpath("string(//h1)") in message.subject, name
        assert page.xpath("//script | //link | //img | //form | //@*[starts-with(name(), 'on')]") == [], name
        (sheet,) = page.xpath("//style")
        assert sheet.text.strip().startswith("@media (prefers-color-scheme: dark)"), name
        assert all("background-color" in it.get("style") for it in page.xpath("//a[@class='button']")), name
        assert {it.get("role") for it in page.xpath("//table")} == {"presentation"}, name
        assert ("Thank you to arXiv" in page.text_content()) == (name in WITH_PAPERS), name


def test_each_mails_links_are_in_both_parts_and_lead_to_a_page(mails, mod, settings):
    mod.is_superuser = True
    mod.save()
    operator = Client()
    operator.force_login(mod)
    for name, message in mails:
        text, page = parts(message)
        # The status pages of services stand within sentences.
        in_text = {link for link in re.findall(LINK, text) if link.startswith(settings.SITE_URL)}
        in_html = {link.removesuffix("/") if link == f"{settings.SITE_URL}/" else link for link in links(page)}
        assert in_html == in_text, name
        reader = operator if name in OF_OPERATORS else Client()
        for link in in_text:
            address = urlsplit(link)
            answer = reader.get(f"{address.path}?{address.query}", follow=True)
            assert answer.status_code == 200, (name, link)
            assert "doesn't work any more" not in answer.text, (name, link)


def test_a_buttons_address_is_written_out_below_it(mails):
    for name, message in mails:
        page = html.document_fromstring(parts(message)[1])
        for button in page.xpath("//a[@class='button']"):
            assert page.xpath("//a[text()=@href]/@href")[0] == button.get("href"), name


def test_whoever_gets_mail_on_and_on_can_end_it_with_one_press_of_the_mail_program(mails):
    for name, message in mails:
        headers = message.extra_headers
        assert ("List-Unsubscribe" in headers) == (name in WITH_A_WAY_OUT), name
        if name in WITH_A_WAY_OUT:
            assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            link = headers["List-Unsubscribe"].strip("<>")
            assert link in links(parts(message)[1])
            strict = Client(enforce_csrf_checks=True)
            assert strict.post(urlsplit(link).path, {"List-Unsubscribe": "One-Click"}).status_code == 200, name


def links(page: str) -> set[str]:
    return set(html.document_fromstring(page).xpath("//@href"))
