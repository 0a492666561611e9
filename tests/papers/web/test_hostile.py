import socket
import threading
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.arxiv.record import SourceError
from papers.web.fetch import Fetcher
from tests.conftest import IS_LONG

FIELDS = [
    b"Content-Length: 3",
    b"Content-Length: -1",
    b"Content-Length: x",
    b"Content-Length: 3, 4",
    b"Content-Encoding: gzip",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: \xff",
    b"Location: /again",
    b"Location: http://\xe2\x98\x83/",
    b"Location: http://127.0.0.1:6379/",
    b"Retry-After: never",
    b"Set-Cookie: a=b; domain=127.0.0.1",
    b"no colon",
    b": nameless",
    b"X: \x00\x1b[31m",
]
BODIES = st.sampled_from([b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n", b"3\r\nab", b"zz\r\n", b"\x1f\x8b\x08\x00"])
ANSWERS = st.binary(max_size=200) | st.builds(
    lambda status, fields, body: b"\r\n".join([b"HTTP/1.1 %d Sure" % status, *fields, b"", body]),
    st.sampled_from([100, 199, 200, 204, 206, 301, 304, 404, 429, 500, 999]),
    st.lists(st.sampled_from(FIELDS), max_size=4),
    BODIES | st.binary(max_size=50),
)


class Liar:
    """A server that answers each connection with the bytes in `says`."""

    def __init__(self) -> None:
        self.says = b""
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.place = f"127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self) -> None:
        # Until the socket is closed.
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(self.says)


@pytest.fixture(scope="module")
def liar():
    server = Liar()
    yield server
    server.listening.shutdown(socket.SHUT_RDWR)
    server.listening.close()


@settings(max_examples=5_000 if IS_LONG else 200)
@given(says=ANSWERS)
def test_any_bytes_of_a_server_are_an_answer_or_a_source_error(liar, says):
    liar.says = says
    fetcher = Fetcher(
        "liar", user_agent="x", hosts=[liar.place], stand_ins=[liar.place], attempts=2, backoff=0.0, deadline=5
    )
    told = ""
    try:
        answer = fetcher.get(f"http://{liar.place}/", accept=(200, 304), limit=1_000)
    except SourceError as error:
        told = str(error)
    assert told.isprintable() if told else len(answer.body) <= 1_000
