from datetime import date

import pytest
from pytest_httpserver import HTTPServer

from papers.arxiv.record import SourceError
from papers.huggingface.client import Client


def test_a_day_is_asked_for_with_all_its_rows(httpserver: HTTPServer):
    wanted = {"date": "2026-01-06", "limit": "100"}
    httpserver.expect_request("/api/daily_papers", query_string=wanted).respond_with_data(b"[]")
    waited = []
    client = Client(httpserver.url_for("/"), pause=lambda: waited.append(1))
    assert client.daily_papers(date(2026, 1, 6)) == b"[]"
    assert waited == [1]


def test_an_error_is_told(httpserver: HTTPServer):
    httpserver.expect_request("/api/daily_papers").respond_with_data("no", status=400)
    with pytest.raises(SourceError, match="status 400"):
        Client(httpserver.url_for("")).daily_papers(date(2026, 1, 6))
