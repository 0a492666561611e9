#!/usr/bin/env python
"""Django's command line, with the embedded PostgreSQL and Valkey behind it when no address is given."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

from django.core.management import execute_from_command_line

from config.embedded import services
from config.server import Unavailable

# These read the settings, or not even those; the rest may use the database or the queue.
WITHOUT_SERVICES = {"help", "version", "collectstatic", "compilemessages", "makemessages", "diffsettings", "startapp"}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with _services_for(arguments):
            execute_from_command_line(sys.argv)
    except Unavailable as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _services_for(arguments: list[str]) -> AbstractContextManager[object]:
    if arguments and arguments[0] not in WITHOUT_SERVICES and not {"-h", "--help", "--version"} & set(arguments):
        return services()
    # The settings want addresses all the same; nothing listens at these, and nothing asks.
    os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
    return nullcontext()


if __name__ == "__main__":
    main(sys.argv[1:])
