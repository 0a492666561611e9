import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv.record import SourceError
from papers.web.body import PIECE, Broken, inflated


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(st.lists(st.binary(max_size=300)), st.integers(1, 5_000), st.integers(1, 400))
def test_gzip_in_any_pieces_and_members_is_inflated(members, repeated, size):
    body = b"".join(member * repeated for member in members)
    wire = b"".join(gzip.compress(member * repeated) for member in members)
    assert b"".join(inflated(cut(wire, size), "gzip", limit=10**9)) == body


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 10 * PIECE])
def test_pieces_are_small_whatever_the_gzip_becomes(size):
    pieces = list(inflated([gzip.compress(b"x" * size)], "gzip", limit=10**9))
    assert (sum(map(len, pieces)), max(map(len, pieces))) == (size, min(size, PIECE))


@given(st.binary(min_size=1, max_size=2_000), st.data())
def test_a_gzip_that_is_cut_anywhere_is_broken(body, data):
    whole = gzip.compress(body)
    with pytest.raises(Broken):
        list(inflated([whole[: data.draw(st.integers(1, len(whole) - 1))]], "gzip", limit=10**9))


@given(st.binary(), st.sampled_from(["", "gzip", "x-gzip", "identity", "br", "gzip, gzip", "\x00"]))
def test_any_bytes_are_inflated_or_broken_or_refused(wire, encoding):
    try:
        size = sum(map(len, inflated([wire], encoding, limit=1_000)))
    except (Broken, SourceError):
        return
    assert size <= 1_000


def test_nothing_at_all_is_an_empty_body_whatever_its_encoding():
    assert list(inflated([], "gzip", limit=1)) == []


def test_members_without_content_are_counted_too():
    empty = gzip.compress(b"")
    with pytest.raises(SourceError, match="more than"):
        list(inflated((empty * 1_000 for _ in range(1_000)), "gzip", limit=1_000))


def test_deflate_was_not_asked_for():
    with pytest.raises(SourceError, match="nobody asked for"):
        list(inflated([zlib.compress(b"x")], "deflate", limit=10))
