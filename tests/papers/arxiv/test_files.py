import gzip

import pytest

from papers.arxiv import files
from papers.arxiv.record import SourceError


def test_a_plain_file_is_read(tmp_path):
    (tmp_path / "feed.xml").write_bytes(b"<feed/>")
    assert files.read(tmp_path / "feed.xml") == b"<feed/>"


@pytest.mark.parametrize("name", ["feed.xml.gz", "feed.xml"])
def test_a_gzip_file_is_inflated_whatever_its_name(tmp_path, name):
    (tmp_path / name).write_bytes(gzip.compress(b"<feed/>"))
    assert files.read(str(tmp_path / name)) == b"<feed/>"


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-6], lambda data: data[:12] + b"\xff" * 20, lambda data: data[:2]]
)
def test_a_damaged_gzip_file_is_told(tmp_path, damage):
    path = tmp_path / "feed.gz"
    path.write_bytes(damage(gzip.compress(b"<feed/>" * 100)))
    with pytest.raises(SourceError, match="damaged gzip"):
        files.read(path)


@pytest.mark.parametrize("compressed", [True, False])
def test_a_file_beyond_the_limit_is_told(tmp_path, compressed):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"x" * 5_000_000) if compressed else b"x" * 5_000_000)
    with pytest.raises(SourceError, match="more than 1 MB"):
        files.read(path, limit=1024 * 1024)


def test_a_missing_file_a_folder_and_an_impossible_name_are_told(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        files.read(tmp_path / "none.xml")
    with pytest.raises(SourceError, match="is a folder"):
        files.read(tmp_path)
    with pytest.raises(SourceError, match="cannot be read"):
        files.read("a\0b")
