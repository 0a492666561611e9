"""The licence decides whether a paper's pictures may be shown here."""

import pytest

from papers.license import is_open
from papers.models import Paper

OPEN = [
    "http://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by/4.0",
    "http://creativecommons.org/licenses/by/3.0/",
    "http://creativecommons.org/licenses/by/3.0/us/",
    "http://creativecommons.org/licenses/by-sa/4.0/",
    "https://www.creativecommons.org/licenses/by-sa/4.0/deed.en",
    "http://creativecommons.org/publicdomain/zero/1.0/",
    "https://creativecommons.org/publicdomain/zero/1.0",
]
CLOSED = [
    "",
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "http://arxiv.org/licenses/assumed-1991-2003/",
    "http://creativecommons.org/licenses/by-nc/4.0/",
    "http://creativecommons.org/licenses/by-nd/4.0/",
    "http://creativecommons.org/licenses/by-nc-sa/4.0/",
    "http://creativecommons.org/licenses/by-nc-nd/4.0/",
    "http://creativecommons.org/licenses/publicdomain/",
    "http://creativecommons.org/licenses/by/",
    "http://creativecommons.org/licenses/by/4.0.",
    "http://creativecommons.org.example.org/licenses/by/4.0/",
    "http://example.org/http://creativecommons.org/licenses/by/4.0/",
    "ftp://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/licenses/by/4.0/\n",
    " http://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/licenses/byte/4.0/",
    "cc by",
]
ALL = [(address, True) for address in OPEN] + [(address, False) for address in CLOSED]


@pytest.mark.parametrize(("license", "expected"), ALL)
def test_cc_by_cc_by_sa_and_cc0_let_pictures_be_shown_and_nothing_else_does(license, expected):
    assert is_open(license) is expected


def test_the_database_reads_licences_as_the_pages_do(make_paper):
    for license, _ in ALL:
        make_paper(license=license, media_urls=["https://example.org/a.png"])
    found = Paper.objects.with_open_media()
    assert sorted(found.values_list("license", flat=True)) == sorted(OPEN)
    assert all(paper.may_show_media == (paper in found) for paper in Paper.objects.all())


def test_an_operator_may_show_them_whatever_the_licence(make_paper, settings):
    settings.MIRROR_MEDIA = True
    paper = make_paper(license="", media_urls=["https://example.org/a.png"])
    assert paper.may_show_media
    assert list(Paper.objects.with_open_media()) == [paper]


def test_a_paper_without_media_has_none_to_show(make_paper, settings):
    settings.MIRROR_MEDIA = True
    make_paper(license=OPEN[0])
    assert not Paper.objects.with_open_media().exists()
