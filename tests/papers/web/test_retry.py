from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.web.retry import LONGEST_WAIT, backoff, retry_after


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(datetime(2026, 1, 6, 1, tzinfo=UTC), tick=False)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Tue, 06 Jan 2026 01:00:45 GMT", 45),
        ("Tuesday, 06-Jan-26 01:00:45 GMT", 45),
        ("Tue Jan  6 01:00:45 2026", 45),
        ("Mon, 05 Jan 2026 01:00:45 GMT", 0),
        ("31536000", LONGEST_WAIT),
        ("9" * 5_000, LONGEST_WAIT),
        ("Wed, 06 Jan 2027 01:00:45 GMT", LONGEST_WAIT),
    ],
)
def test_both_forms_of_retry_after_are_understood(value, seconds):
    assert retry_after(value) == seconds


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "²", "Tue, 99 Jan 2026 01:00:45 GMT", "2026-01-06"])
def test_a_retry_after_that_says_nothing_asks_for_nothing(value):
    assert retry_after(value) is None


@given(st.text())
def test_any_retry_after_gives_a_wait_within_reason_or_none(value):
    seconds = retry_after(value)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


def test_the_wait_doubles_and_is_jittered():
    waits = [backoff(3, 2.0) for _ in range(200)]
    assert 4 <= min(waits) < max(waits) <= 12
    assert len(set(waits)) > 100
