"""The whole site with one command: it answers, it watches its parts, it says in one line what is wrong."""

import signal
import socket
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from tests.config.conftest import PATIENCE, Site, all_end, one_line


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serving(site, port) -> Iterator[psutil.Popen]:
    """The site in full, on the module's folder."""
    process = site.start("-m", "config.run", until="Ctrl-C stops it", PORT=str(port))
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def parts(process) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def part(process, word: str) -> psutil.Process:
    """The one of its own processes that has an argument which begins so."""
    children = psutil.Process(process.pid).children()
    return next(child for child in children if any(argument.startswith(word) for argument in child.cmdline()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_site_answers_until_a_signal_stops_every_part(site, serving, port, number):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/papers", timeout=30) as answer:
        assert answer.status == 200
    children = parts(serving)
    serving.send_signal(number)
    serving.communicate(timeout=PATIENCE)
    assert serving.returncode == 0
    assert all_end(children)
    assert site.is_quiet


def test_a_fresh_folder_shows_the_demo_and_its_logins(other_site, port):
    process = other_site.start("-m", "config.run", until="mod@example.org", PORT=str(port))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/papers", timeout=30) as page:
        assert "/papers/" in page.read().decode()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("word", "name"),
    [("granian", "web server"), ("celery@", "worker"), ("slow@", "slow worker"), ("beat", "timetable")],
)
def test_a_part_that_dies_stops_the_rest_and_is_named(site, serving, word, name):
    children = parts(serving)
    part(serving, word).kill()
    said, _ = serving.communicate(timeout=PATIENCE)
    assert serving.returncode == 1
    assert f"The {name} has stopped" in said
    assert all_end(children)
    assert site.is_quiet


def test_a_database_that_dies_stops_the_rest_and_is_named(site, serving):
    site.server("postgres").kill()
    said, _ = serving.communicate(timeout=PATIENCE)
    assert serving.returncode == 1
    assert "Postgres has stopped" in said


def test_a_second_start_on_the_same_folder_names_the_first(site, serving, port):
    done = site.run("-m", "config.run", PORT="8999")
    assert done.returncode == 1
    line = one_line(done.stderr)
    assert f"http://127.0.0.1:{port}" in line
    assert str(serving.pid) in line


def test_killed_without_a_chance_it_leaves_a_folder_that_starts_again(site, serving, port):
    ours = [child for child in parts(serving) if child.name() not in ("postgres", "valkey-server")]
    serving.kill()
    assert all_end(ours)
    serving.wait()
    again = site.start("-m", "config.run", until="Ctrl-C stops it", PORT=str(port))
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert site.is_quiet


def test_a_port_in_use_is_one_line_that_names_another(other_site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = other_site.run("-m", "config.run", PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} can't be used" in one_line(done.stderr)
    assert "make run PORT=" in done.stderr
    assert not (other_site.folder / "postgres").exists()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "²"])
def test_a_port_that_is_none_is_one_line(other_site, port):
    done = other_site.run("-m", "config.run", PORT=port)
    assert done.returncode == 1
    assert f"PORT={port} is no port" in one_line(done.stderr)


def test_a_folder_that_can_not_be_made_is_one_line(tmp_path, port):
    (tmp_path / "file").touch()
    done = Site(tmp_path / "file" / "data").run("-m", "config.run", PORT=str(port))
    assert done.returncode == 1
    assert "make run DATA_DIR=" in one_line(done.stderr)


def test_a_database_that_does_not_answer_is_one_line(other_site, port):
    nowhere = {
        "DATABASE_URL": "postgresql://127.0.0.1:9/papers",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "DATABASE_POOL": "1",
    }
    done = other_site.run("-m", "config.run", PORT=str(port), **nowhere)
    assert done.returncode == 1
    assert "The database can't be used" in one_line(done.stderr)
