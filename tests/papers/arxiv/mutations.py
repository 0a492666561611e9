"""Good answers gone bad: what networks, caches and servers make of them."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.conftest import IS_LONG

many = settings(max_examples=20_000 if IS_LONG else 200)


def mutations(*samples: bytes) -> SearchStrategy[bytes]:
    """Bytes at random, and samples that were cut, or have some pieces removed, repeated, moved or overwritten."""

    @st.composite
    def mutated(draw) -> bytes:
        data = draw(st.sampled_from(samples))
        place = st.integers(0, len(data))
        for _ in range(draw(st.integers(1, 4))):
            start, stop = sorted((draw(place), draw(place)))
            if draw(st.booleans()):
                stop = min(stop, start + 20)
            piece = draw(
                st.sampled_from([b"", data[start:stop] * 2, b"<", b">", b"&#1;", b"\n\n"]) | st.binary(max_size=8)
            )
            data = data[:start] + piece + data[stop:]
        return data

    return st.binary() | mutated()
