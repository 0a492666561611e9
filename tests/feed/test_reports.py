"""Reports of mail servers are read whoever wrote them, and believed only where they name a mail that we sent."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feed.reports import LARGEST, News, NoReport, Report, parse, verdict

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
HEX_ID = "65f0c0ffee00c0ffee00c0ff"
REPORT = """To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It came back.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example{message}

{recipients}

--b
Content-Type: text/rfc822-headers

{returned}
--b--
"""
FAILED = "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1"
FULL = "Final-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.2.2"
ARRIVED = "Final-Recipient: rfc822; c@example.org\nAction: relayed\nStatus: 2.0.0"
COMPLAINT = """To: papers@papers.example.org
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
Original-Mail-From: <bounces+65f0c0ffee00c0ffee00c0ff@papers.example.org>

--b--
"""


def sample(name: str) -> bytes:
    return (SAMPLES / f"report_{name}.eml").read_bytes()


def report(*recipients, to="papers@papers.example.org", message="", returned=f"Message-ID: <{HEX_ID}@a.example>"):
    recipients = recipients or [FAILED]
    text = REPORT.format(to=to, message=message, recipients="\n\n".join(recipients), returned=returned)
    return parse(text.encode())


@pytest.mark.parametrize(
    ("name", "news", "reason"),
    [
        (
            "postfix",
            News.HARD,
            "5.1.1 smtp; 550 5.1.1 <nobody@university.example>: nobody of this name is here",
        ),
        (
            "postfix_delayed",
            News.NOTHING,
            "4.4.1 X-Postfix; connect to mx.slow.example[192.0.2.8]:25: Connection timed out",
        ),
        ("exim", News.HARD, "5.0.0 smtp; 550 No such user here"),
        ("exchange", News.SOFT, "5.2.2 smtp;554 5.2.2 mailbox full; STOREDRV.Deliver: quota exceeded"),
        (
            "gmail",
            News.REFUSAL,
            "5.7.1 smtp; 550-5.7.1 This message looks like many others that our readers 550 5.7.1 did not want.",
        ),
        ("yahoo", News.COMPLAINT, "abuse, says Inbox-Feedback/1.0"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["pipe", "wire"])
def test_the_reports_of_many_servers_are_understood(name, news, reason, end):
    assert parse(sample(name).replace(b"\n", end)) == Report(HEX_ID, news, reason)


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.0.0"])
def test_an_address_that_is_none_is_hard(status):
    assert verdict(status, "") == News.HARD


@pytest.mark.parametrize(
    "status",
    [
        "5.2.2",
        "5.2.3",
        "5.2.4",
        "5.3.0",
        "5.3.4",
        "5.4.4",
        "5.5.0",
        "5.1.8",
        "4.1.1",
        "4.4.7",
    ],
)
def test_what_may_pass_is_soft(status):
    assert verdict(status, "") == News.SOFT


@pytest.mark.parametrize("status", ["5.6.0", "5.7.1", "5.7.26"])
def test_what_is_refused_for_its_words_or_its_sender_is_no_fault_of_the_address(status):
    assert verdict(status, "") == News.REFUSAL


@pytest.mark.parametrize(
    ("diagnostic", "expected"),
    [
        ("smtp; 550 5.1.1 User unknown", News.HARD),
        ("smtp; 550-5.7.1 blocked", News.REFUSAL),
        ("smtp; 452 4.2.2 over quota", News.SOFT),
        ("smtp;550 mailbox unavailable", News.HARD),
        ("550 mailbox unavailable", News.HARD),
        ("smtp; 552 over quota", News.SOFT),
        ("smtp; 554 delivery error", News.SOFT),
        ("smtp; 556 takes no mail", News.HARD),
        # An address on a network, and a year, are no codes.
        ("x-unix; 5.2.2.9 has not answered since 550 years", News.HARD),
    ],
)
def test_a_status_that_says_nothing_is_explained_by_what_the_server_said(diagnostic, expected):
    assert verdict("5.0.0", diagnostic) == expected


def test_without_any_code_nobody_knows():
    assert verdict("", "no idea, sorry") is None
    assert verdict("failed", "5.2.2.9 has not answered") is None


def test_the_servers_own_status_goes_before_what_it_quotes():
    assert verdict("4.4.7", "smtp; 550 5.1.1 User unknown") == News.SOFT


def test_where_one_of_several_mailboxes_was_reached_nothing_has_come_back():
    assert report(FAILED, ARRIVED).news == News.NOTHING


def test_of_several_mailboxes_that_failed_the_one_with_hope_counts():
    assert report(FAILED, FULL).news == News.SOFT


@pytest.mark.parametrize(
    "place",
    [
        {"to": f"bounces+{HEX_ID}@papers.example.org"},
        {"to": f"<bounces+{HEX_ID.upper()}@papers.example.org>"},
        {"to": f"a@b.example\nDelivered-To: bounces+{HEX_ID}@papers.example.org"},
        {"to": f"a@b.example\nIn-Reply-To: <{HEX_ID}@papers.example.org>"},
        {"message": f"\nOriginal-Envelope-Id: {HEX_ID}"},
        {"returned": f"Subject: Papers\nMessage-Id:\n <{HEX_ID}@papers.example.org>"},
    ],
    ids=["to", "capitals", "delivered-to", "in-reply-to", "envelope", "returned"],
)
def test_a_mail_is_known_wherever_a_server_repeats_what_we_wrote(place):
    assert report(**{"returned": "", **place}).hex_id == HEX_ID


@pytest.mark.parametrize(
    "returned", ["", "To: a@example.org", "Message-ID: <65f0c0ffee00c0ffee00c0ff0@papers.example.org>"]
)
def test_whose_address_it_says_it_is_about_stops_nobody(returned):
    with pytest.raises(NoReport, match="names no mail of ours"):
        report(returned=returned)


@pytest.mark.parametrize(
    ("kind", "news"),
    [
        ("abuse", News.COMPLAINT),
        ("Abuse", News.COMPLAINT),
        ("fraud", News.COMPLAINT),
        ("opt-out", News.COMPLAINT),
        ("not-spam", News.NOTHING),
        ("auth-failure", News.NOTHING),
        ("virus", News.NOTHING),
        ("", News.NOTHING),
    ],
)
def test_only_what_a_reader_says_is_a_complaint(kind, news):
    assert parse(COMPLAINT.format(kind=kind).encode()).news == news


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_parts_may_be_encoded(encoding):
    import base64
    import quopri

    encode = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[encoding]
    head = f"Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    body = encode(f"Original-Envelope-Id: {HEX_ID}\n\n{FAILED}\nDiagnostic-Code: smtp; 550 Zo\u00eb\n".encode())
    data = b"Content-Type: multipart/report; boundary=b\n\n--b\n" + head + body + b"\n--b--\n"
    assert parse(data) == Report(HEX_ID, News.HARD, "5.1.1 smtp; 550 Zo\u00eb")


def test_a_report_within_another_message_is_found():
    inner = REPORT.format(
        to=f"bounces+{HEX_ID}@a.example", message="", recipients=FAILED, returned=f"Message-ID: {HEX_ID}@a"
    )
    outer = f'Content-Type: multipart/mixed; boundary="outer"\n\n--outer\n{inner}\n--outer\n\nA footer.\n--outer--\n'
    assert parse(outer.encode()).hex_id == HEX_ID


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Subject: Away until Monday\nAuto-Submitted: auto-replied\n\nI am on holiday.\n",
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n"
        b"Content-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n\n--b--\n",
        b"Content-Type: multipart/report\n\nno boundary",
        b"Content-Type: message/delivery-status\n\nStatus: 5.1.1\n",
        b"\0" * 1000,
        b"x" * (LARGEST + 1),
    ],
    ids=["nothing", "holiday", "read", "no boundary", "no action", "null", "huge"],
)
def test_what_is_no_report_is_refused_with_the_reason(data):
    with pytest.raises(NoReport, match=r"\w+ \w+"):
        parse(data)


def test_what_a_server_says_is_one_line_that_can_be_shown_and_stored():
    found = report(f"{FAILED}\nDiagnostic-Code: smtp; 550\0 5.1.1 \x1b[31mred\x1b[0m\n\t and \u202emore{'!' * 2000}")
    assert found.reason.startswith("5.1.1 smtp; 550 5.1.1 [31mred [0m and more!")
    assert len(found.reason) < 1100


PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/report; boundary=b\n",
        b'Content-Type: multipart/mixed; boundary="b"\r\n',
        b"Content-Type: message/delivery-status; charset=\xff\n",
        b"Content-Type: message/feedback-report\n",
        b"Content-Type: message/rfc822; charset*0*=undefined''%00\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Action: failed\n",
        b"Action:\n",
        b"Status: 5.1.1\n",
        b"Feedback-Type: abuse\n",
        f"Message-ID: <{HEX_ID}@a>\n".encode(),
        b"\n",
        b"\r\n",
        b"--b\n",
        b"--b--\n",
        b"\0",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=20), max_size=40).map(b"".join))
@example(sample("postfix")[:1500])
def test_whatever_arrives_is_a_report_or_is_refused(data):
    try:
        found = parse(data)
    except NoReport:
        return
    assert len(found.hex_id) == 24
    assert found.reason.isprintable()
    found.reason.encode()


@given(st.sampled_from(["postfix", "exim", "exchange", "gmail", "yahoo"]), st.data())
def test_a_report_that_was_damaged_on_its_way_is_a_report_or_is_refused(name, data):
    whole = sample(name)
    start = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.binary(max_size=8))
    try:
        found = parse(whole[:start] + damage + whole[start + data.draw(st.integers(0, 200)) :])
    except NoReport:
        return
    assert found.reason.isprintable()


HEAD = b"Content-Type: multipart/report; boundary=b0\n\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * LARGEST,
        b"a: b\n" * (LARGEST // 5),
        b"Content-Type: multipart/report; boundary=" + b'"' * (LARGEST - 100),
        HEAD + b"--b0\n" * (LARGEST // 5 - 20),
        HEAD + b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(17_000)),
        HEAD + b"--b0\nContent-Type: message/delivery-status\n\n" + b"a: b\n\n" * (LARGEST // 6 - 50),
        HEAD + b"--b0\nContent-Type: message/delivery-status\n\n" + b"\n " * (LARGEST // 2 - 100),
    ],
    ids=["lines", "fields", "quotes", "parts", "depth", "groups", "blanks"],
)
def test_no_message_takes_long_however_it_is_made(data):
    assert len(data) <= LARGEST
    start = time.process_time()
    with pytest.raises(NoReport):
        parse(data)
    # A hundredth of it on the machine where this was written.
    assert time.process_time() - start < 5
