"""What a site needs before it can answer: its tables, its static files, and papers to show when it is a demo."""

import hashlib
import io
import os
from pathlib import Path

import django
import psycopg
from django.core.management import call_command


def prepare() -> list[tuple[str, str, str]]:
    """Brings database and static files up to date, loads the demo into an empty one.

    Returns the demo's logins (address, password, role) if they work here. Raises Django's OperationalError.
    """
    django.setup()
    from django.conf import settings
    from django.db import connection

    # The pool would try for ten seconds, complaining each time; a plain connection fails at once.
    with connection.wrap_database_errors:
        psycopg.connect(**connection.get_connection_params(), connect_timeout=10).close()
    migrate()
    collect_static()
    logins = _demo() if settings.DEMO else []
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    return logins


def migrate() -> None:
    """Applies what migrations are missing; when none is, this costs one query."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print(f"Applying {len(plan)} migrations …", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Collects the static files into STATIC_ROOT unless the ones there were made of the very same files."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_mtime_ns} {found.st_size}\n".encode())
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    print("Collecting static files …", flush=True)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def _demo() -> list[tuple[str, str, str]]:
    from accounts.models import User
    from feed.demo import LOGINS
    from papers.models import Paper

    if not Paper.objects.exists():
        print("Loading the demo's papers …", flush=True)
        call_command("demo_data", stdout=io.StringIO())
    return LOGINS if User.objects.filter(email=LOGINS[0][0]).exists() else []
