"""The mail of a digest: what mail programs bear, whatever titles hold. Jan 5, 2026 is a Monday."""

import email
import re
from datetime import date
from email import policy
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from lxml import html

from accounts.templatetags.mail import WIDTH
from feed import colours
from feed.digest import LARGEST, PLACES, Links, Mail, render
from feed.excerpt import line, opening
from feed.interest import Interest
from feed.letter import Letter
from feed.models import Digest, Entry, Subscription
from feed.periods import Day, Week
from papers.cover import HUES
from papers.models import Paper

MONDAY = Day(date(2026, 1, 5))
LINKS = Links("https://example.org/subscribe/manage/x:1-y", "https://example.org/unsubscribe/x:2-y")
READER = {"To": "reader@example.org"}
HOSTILE = {
    "a line break": "Good\nBcc: victim@example.org",
    "a carriage return": "Good\r\n\r\n<script>alert(1)</script>",
    "another line break": "Good\u2028Bcc: victim@example.org\x85Bcc: x",
    "a control": "Good\x01Paper\x1b[2J",
    "text turned around": "Good \u202egnp.exe\u202c \u2066x",
    "hebrew": "שלום עולם: On Attention",
    "an emoji": "🤗 Family 👩‍👩‍👧 of Models",
    "tex": r"Bounds of $\sum_{i=1}^{n} x_i^2 \le \frac{1}{2}$ & \emph{More}",
    "broken tex": r"$\frac{ \left( \begin{equation} $$ \\\\ {{{",
    "html": "<img src=x onerror=alert(1)>\"'></a></style><style>*{display:none}</style>",
    "a template": "{{ settings.SECRET_KEY }}{% include 'x' %}",
    "a boundary": "--=_part-- --=_part",
    "a place": f"{PLACES.unsubscribe} {PLACES.manage}",
    "an encoded word": "=?utf-8?q?=0ABcc:_victim@example.org?=",
    "one long word": "W" * 1000,
    "all of it escaped": "&" * 1000,
    "a dot": ".\n.\n.",
}


@pytest.fixture
def mail(make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(title="The Best of Them", mirrored_upvote_count=12345))
    make_entry(MONDAY.start, paper=make_paper(title="Second & Last", mirrored_comment_count=3))
    return render(Digest.objects.compose(MONDAY))


def parsed(message: bytes):
    return email.message_from_bytes(message, policy=policy.strict)


def letter(mail: Mail) -> Letter:
    return Letter.of(mail, {"From": "Daily Papers <papers@example.org>"})


def content(part) -> str:
    # Lines end as SMTP ends them.
    return part.get_content().replace("\r\n", "\n")


def elements(mail: Mail, path: str) -> list:
    return html.document_fromstring(mail.html).xpath(path)


def titles_in(mail: Mail) -> list[str]:
    return [heading.text_content() for heading in elements(mail, "//h2")]


def test_the_subject_names_the_best_paper_how_many_more_and_the_day(mail):
    assert mail.subject == "The Best of Them and 1 more · Jan 5, 2026"


def test_the_subject_of_a_week_names_the_week(make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(title="Alone"))
    assert render(Digest.objects.compose(Week(MONDAY.start))).subject == "Alone · week 2 of 2026"


def test_a_long_title_leaves_the_date_in_the_subject(make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(title="Word " * 60))
    subject = render(Digest.objects.compose(MONDAY)).subject
    assert re.fullmatch(r"(Word )+Word… · Jan 5, 2026", subject)
    assert len(subject) < 100


def test_the_html_has_no_script_no_sheet_elsewhere_no_picture_and_no_form(mail):
    assert (
        elements(mail, "//script | //link | //img | //form | //iframe | //object | //@*[starts-with(name(), 'on')]")
        == []
    )
    assert not re.search(r"url\(|@import|@font-face|var\(|oklch", mail.html)


def test_what_must_hold_stands_on_each_element_and_dark_mode_in_the_sheet(mail):
    (sheet,) = elements(mail, "//style")
    assert sheet.text.strip().startswith("@media (prefers-color-scheme: dark)")
    assert all("font-size" in heading.get("style") for heading in elements(mail, "//h1 | //h2"))
    classes = {name for it in elements(mail, "//*[@class]") for name in it.get("class").split()}
    assert set(re.findall(r"\.([a-z0-9-]+)", sheet.text)) - classes == set()
    assert elements(mail, "//meta[@name='color-scheme']/@content") == ["light dark"]


def test_tables_that_lay_out_are_not_read_as_tables(mail):
    assert {table.get("role") for table in elements(mail, "//table")} == {"presentation"}


def test_the_html_says_of_each_paper_what_the_digest_does(mail):
    assert titles_in(mail) == ["The Best of Them", "Second & Last"]
    words = " ".join(elements(mail, "//body")[0].text_content().split())
    for expected in (
        "Monday, January 5, 2026",
        "12.3k",
        "Bob Builder, Carol Reader",
        "We show a thing. It works.",
        "3 comments",
    ):
        assert expected in words
    assert elements(mail, "//*[@role='img']/@aria-label") == ["12,345 upvotes", "0 upvotes"]


def test_every_link_is_absolute_and_leads_to_a_page(client, mail, settings):
    reader = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
    reader.confirm()
    mine = mail.for_reader(Links.of(reader))
    in_html, in_text = set(elements(mine, "//@href")), set(re.findall(r"https?://\S+", mine.text))
    assert {reader.manage_link, reader.unsubscribe_link} <= in_html & in_text
    assert in_html - in_text == {f"{settings.SITE_URL}/"}
    for link in in_html | in_text:
        assert link.startswith(settings.SITE_URL)
        assert client.get(urlsplit(link).path, follow=True).status_code == 200, link


def test_the_discussion_is_where_its_link_leads(client, mail):
    paper = Entry.objects.get(paper__mirrored_comment_count=3).paper
    (link,) = elements(mail, "//a[normalize-space()='3 comments']/@href")
    assert link.endswith(f"{paper.get_absolute_url()}#discussion")
    assert 'id="discussion"' in client.get(paper.get_absolute_url()).text


def test_the_text_reads_alone_in_72_columns(make_entry, make_paper):
    long = make_paper(title="A Rather Long Title " * 8, summary="A sentence of some words, which goes on. " * 2)
    make_entry(MONDAY.start, paper=long, upvotes=1)
    mail = render(Digest.objects.compose(MONDAY)).for_reader(LINKS)
    lines = mail.text.split("\n")
    assert [it for it in lines if len(it) > WIDTH and not it.strip().startswith("http")] == []
    assert "<" not in mail.text
    assert "&" not in mail.text
    for words in (
        " 1. A Rather Long Title",
        "    Bob Builder, Carol Reader",
        "    0 upvotes, 0 comments",
        "    A sentence of some words, which goes on.",
        f"{long.get_absolute_url()}#discussion",
        LINKS.manage,
        LINKS.unsubscribe,
    ):
        assert words in mail.text
    assert not re.search(r"\n{4,}", mail.text)


def test_mathematics_is_plain_in_text_html_and_subject(make_entry, make_paper):
    make_entry(
        MONDAY.start, paper=make_paper(title=r"An $\alpha \le 10\times$ Bound", abstract=r"We have $x^2$. \emph{So.}")
    )
    mail = render(Digest.objects.compose(MONDAY))
    for part in (mail.subject, mail.text, titles_in(mail)[0]):
        assert "An α≤10× Bound" in " ".join(part.split())
    assert "We have x^2. So." in mail.text
    assert "$" not in mail.html


def test_a_withdrawn_paper_says_so(make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(withdrawn_at="2026-01-06T00:00Z"))
    mail = render(Digest.objects.compose(MONDAY))
    assert "withdrawn" in mail.text
    assert "withdrawn" in mail.html


def test_what_is_hidden_between_composing_and_sending_is_in_no_part_of_the_mail(make_entry, make_paper):
    entries = [make_entry(MONDAY.start, paper=make_paper(title=f"Paper {word}")) for word in ("One", "Two", "Three")]
    digest = Digest.objects.compose(MONDAY)
    assert render(digest).subject.startswith("Paper One and 2 more")
    Paper.objects.filter(pk=entries[0].paper_id).hide()
    mail = render(digest)
    assert mail.subject.startswith("Paper Two and 1 more")
    assert "Paper One" not in mail.text + mail.html
    assert "2 papers" in mail.text
    Entry.objects.all().hide()
    assert render(digest) is None


def test_rendering_costs_one_query(make_entry, django_assert_num_queries):
    for number in range(12):
        make_entry(MONDAY.start, minutes=number)
    digest = Digest.objects.compose(MONDAY)
    with django_assert_num_queries(1):
        render(digest)


def test_what_a_digest_leaves_out_stands_on_the_page(make_entry, settings):
    for number in range(Digest.MOST_PAPERS + 3):
        make_entry(MONDAY.start, minutes=number)
    mail = render(Digest.objects.compose(MONDAY))
    assert "See 3 more" in mail.html
    assert f"The day on the site, with 3 more:\n{settings.SITE_URL}{MONDAY.get_absolute_url()}\n" in mail.text
    assert "23 papers" in mail.html


def test_a_narrowed_digest_says_that_it_is(make_entry):
    make_entry(MONDAY.start)
    assert (
        "One paper of those you chose" in render(Digest.objects.compose(MONDAY, Interest.of(categories=["cs.CL"]))).html
    )


def test_a_reader_gets_their_own_links_and_no_place_is_left(mail):
    mine = mail.for_reader(LINKS)
    for part in (mine.text, mine.html):
        assert LINKS.manage in part
        assert LINKS.unsubscribe in part
        assert "\ue000" not in part


def test_a_letter_is_the_mail_with_a_readers_links_and_has_no_defect(mail):
    message = parsed(letter(mail).to(READER, LINKS))
    mine = mail.for_reader(LINKS)
    assert message["Subject"] == mail.subject
    assert message.get_content_type() == "multipart/alternative"
    text, page = message.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert content(text) == mine.text
    assert content(page) == mine.html
    assert [it.defects for it in message.walk()] == [[], [], []]


def test_a_letter_is_ascii_in_short_lines_however_long_its_links(mail):
    links = Links("https://example.org/" + "m=" * 300, "https://example.org/?a&b=" + "u" * 300)
    message = letter(mail._replace(subject="Ça")).to(READER, links)
    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 76
    assert b"\n" not in message.replace(b"\r\n", b"")
    text, page = parsed(message).iter_parts()
    assert (content(text), content(page)) == mail.for_reader(links)[1:]


@pytest.mark.parametrize("value", ["=?utf-8?q?=0ABcc:_eve?= <reader@example.org>", "good\r\nBcc: eve@example.org"])
@pytest.mark.parametrize("name", ["To", "From", "List-Id"])
def test_a_letter_refuses_a_header_that_holds_another_even_encoded(mail, name, value):
    with pytest.raises(ValueError, match=r"line break|encoded word"):
        letter(mail).to({**READER, name: value}, LINKS)
    with pytest.raises(ValueError, match=r"line break|encoded word"):
        Letter.of(mail, {name: value})


def test_a_letter_refuses_a_subject_of_two_lines(mail):
    with pytest.raises(ValueError, match="line break"):
        letter(mail._replace(subject="good\nBcc: eve@example.org"))


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_title_stays_a_title(make_entry, make_paper, title):
    make_entry(MONDAY.start, upvotes=1)
    paper = make_paper(title=title, abstract=title, author_names=[title[:300], "B"], mirrored_upvote_count=9)
    make_entry(MONDAY.start, paper=paper)
    mail = render(Digest.objects.compose(MONDAY))
    assert_harmless(mail)
    assert len(elements(mail, "//h2")) == 2


@how(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=400).filter(lambda text: "\x00" not in text))
def test_no_title_whatever_breaks_a_mail(paper, words):
    entry, _ = Entry.objects.get_or_create(paper=paper, day=MONDAY.start)
    frozen = {**_texts(words), "entry": entry.pk}
    assert_harmless(render(Digest(kind="day", first_day=MONDAY.start, paper_count=1, papers=[frozen])))


def _texts(words: str) -> dict:
    texts = {"title": line(words, 240) or "2601.00001", "byline": line(words, 120), "summary": opening(words, 300)}
    return {**texts, "arxiv_id": "2601.00001", "category": "", "upvotes": 1, "comments": 0, "is_withdrawn": False}


def assert_harmless(mail: Mail) -> None:
    message = parsed(letter(mail).to(READER, LINKS))
    assert sorted(key.lower() for key in message) == ["content-type", "from", "mime-version", "subject", "to"]
    assert " ".join(message["Subject"].split()) == " ".join(mail.subject.split())
    assert [it.defects for it in message.walk()] == [[], [], []]
    mine = mail.for_reader(LINKS)
    assert [content(part) for part in message.iter_parts()] == [mine.text, mine.html]
    assert elements(mine, "//script | //img | //@*[starts-with(name(), 'on')]") == []
    assert len(elements(mine, "//style")) == 1
    assert mine.text.count(LINKS.unsubscribe) == 1
    assert mine.html.count(LINKS.unsubscribe) == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", mail.subject + mine.text + mine.html)
    assert [it for it in mine.text.split("\n") if len(it) > WIDTH and not it.strip().startswith("http")] == []


@pytest.mark.parametrize("character", ["W", "&", "漢", '"'])
def test_the_largest_mail_is_not_cut_off(make_entry, make_paper, character):
    words = (character * 30 + " ") * 30
    for number in range(Digest.MOST_PAPERS):
        paper = make_paper(title=words, abstract=words, author_names=[character * 299])
        make_entry(MONDAY.start, paper=paper, minutes=number)
    mail = render(Digest.objects.compose(MONDAY))
    assert len(mail.html.encode()) <= LARGEST
    assert mail.text.count("#discussion") == mail.html.count("#discussion") >= 5


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("It is one. It is two. It is three.", 50, "It is one. It is two."),
        ("First sentence here. And a second one that is long.", 25, "First sentence here."),
        ("A sentence that has no end within the limit at all", 20, "A sentence that has…"),
        (r"It grows as $n^2$. Then it stops.", 60, "It grows as n^2. Then it stops."),
        ("", 20, ""),
    ],
)
def test_a_summary_is_its_first_two_sentences_or_the_first_or_its_beginning(text, limit, expected):
    assert opening(text, limit) == expected


@given(text=st.text(), limit=st.integers(10, 300))
def test_an_excerpt_is_one_line_and_keeps_its_limit(text, limit):
    for excerpt in (line(text, limit), opening(text, limit)):
        assert len(excerpt) <= limit
        assert excerpt == " ".join(excerpt.split())


def test_every_categorys_label_can_be_read_on_light_and_dark():
    def luminance(colour: str) -> float:
        values = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for hue in set(HUES.values()):
        ground, words, dark_ground, dark_words = map(luminance, colours.shade(hue))
        assert (ground + 0.05) / (words + 0.05) > 4.5
        assert (dark_words + 0.05) / (dark_ground + 0.05) > 4.5
