import pytest

from papers.arxiv.record import SourceError
from tests.replay import Answer, Replay, reset

BODY = b"a picture, pixel by pixel; " * 5_000


def test_a_download_lies_in_its_file(fetcher, tmp_path):
    with Replay(lambda request: Answer(BODY, headers={"Content-Type": "Image/PNG; x=y"}), faults=[reset()]) as server:
        download = fetcher(server).download(
            f"{server.url}/a.png", to=tmp_path / "a", limit=10**6, types=["video/mp4", "image/"]
        )
    assert (download.url, download.content_type) == (f"{server.url}/a.png", "image/png")
    assert (download.size, download.path.read_bytes()) == (len(BODY), BODY)


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html"}, {"Content-Type": "image/svg+xml"}, {}])
def test_a_download_of_another_type_is_refused(fetcher, tmp_path, headers):
    with Replay(lambda request: Answer(BODY, headers=headers)) as server, pytest.raises(SourceError, match="of type"):
        fetcher(server).download(server.url, to=tmp_path / "a", limit=10**6, types=["image/png"])
    assert (tmp_path / "a").read_bytes() == b""


def test_a_download_that_is_too_large_is_cut_off(fetcher, tmp_path):
    with (
        Replay(lambda request: Answer(BODY, headers={"Content-Type": "image/png"})) as server,
        pytest.raises(SourceError, match="more than 1000 bytes"),
    ):
        fetcher(server).download(server.url, to=tmp_path / "a", limit=1_000, types=["image/png"])
