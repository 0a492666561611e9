"""The pictures and videos that were fetched are given out, and nothing beside them."""

import pytest

from papers.pictures import store
from papers.pictures.store import INCOMING


@pytest.fixture
def keep(media_root):
    """Store this content; return its address."""

    def keep(content: bytes = bytes(range(256)) * 8, suffix: str = ".webp") -> str:
        with store.workbench() as folder:
            path = folder / f"made{suffix}"
            path.write_bytes(content)
            return f"/media/{store.keep(path)}"

    return keep


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(("suffix", "type"), [(".webp", "image/webp"), (".mp4", "video/mp4"), (".webm", "video/webm")])
def test_a_file_is_given_out_for_ever_and_can_do_nothing(client, keep, suffix, type):
    response = client.get(keep(b"content", suffix), headers={"Accept-Encoding": "gzip"})
    assert body(response) == b"content"
    assert response["Content-Type"] == type
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not response.has_header("Content-Encoding")
    assert not response.has_header("Vary")
    assert not response.cookies


def test_it_costs_no_query(client, keep, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert body(client.get(keep()))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-", 0, 2047), ("bytes=0-1", 0, 1), ("bytes=100-199", 100, 199), ("bytes=-10", 2038, 2047)],
)
def test_a_video_is_given_out_in_parts(client, keep, asked, start, end):
    content = bytes(range(256)) * 8
    response = client.get(keep(content, ".mp4"), headers={"Range": asked})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/2048"
    assert response["Accept-Ranges"] == "bytes"
    assert body(response) == content[start : end + 1]


def test_a_part_beyond_the_end_is_not_there(client, keep):
    assert client.get(keep(), headers={"Range": "bytes=9999-"}).status_code == 416


def test_who_has_it_already_is_told_so(client, keep):
    address = keep()
    first = client.get(address)
    body(first)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, first["Cache-Control"])


def test_only_its_head_may_be_asked_for(client, keep):
    response = client.head(keep())
    assert (response.status_code, response["Content-Length"]) == (200, "2048")


def test_nothing_can_be_sent_there(client, keep):
    assert client.post(keep()).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/../secret_key",
        "/media/%2e%2e/secret_key",
        "/media/..%2fsecret_key",
        "/media//etc/passwd",
        "/media/aa",
        "/media/aa/",
        "/media/aa/" + "a" * 32,
        "/media/aa/" + "a" * 32 + ".webp",
        "/media/aa/" + "a" * 32 + ".html",
        "/media/aa/../../secret_key",
        "/media/aa/" + "a" * 32 + ".webp\n",
        "/media/aa/" + "a" * 32 + ".webp/",
        "/media/AA/" + "A" * 32 + ".webp",
        f"/media/{INCOMING}/tmp/original",
        "/media/aa/\0.webp",
    ],
)
def test_there_is_no_way_to_anything_else(client, db, path, media_root):
    (media_root / INCOMING / "tmp").mkdir(parents=True)
    (media_root / INCOMING / "tmp" / "original").write_bytes(b"secret")
    (media_root.parent / "secret_key").write_bytes(b"secret")
    response = client.get(path)
    assert response.status_code == 404
    assert b"secret" not in response.content.replace(b"secret_key", b"")
