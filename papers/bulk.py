"""Many rows in one statement, past the ORM, whose model instances take longer to make than their rows to store."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import psycopg
from django.db import DataError, connection, models


def keys(model: type[models.Model], count: int) -> list[int]:
    """Return so many new primary keys of a model's table."""
    sequence = "(select pg_get_serial_sequence(%s, 'id')::regclass as name offset 0)"
    query = f"select nextval(sequence.name) from {sequence} sequence, generate_series(1, %s)"
    return [key for (key,) in select(query, [model._meta.db_table, count])] if count else []


def hex_ids(count: int) -> list[str]:
    """Draw so many ids of 24 hexadecimal digits, as `accounts.hex_id` draws one."""
    drawn = os.urandom(12 * count).hex()
    return [drawn[start : start + 24] for start in range(0, len(drawn), 24)]


def select(query: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def execute(query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> None:
    with connection.cursor() as cursor, _text_that_is_none():
        cursor.execute(query, values)


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows, whose values stand in the order of `columns`; JSON as text, arrays by `array`.

    Nothing is filled in and no signal is sent.
    """
    rows = iter(rows)
    if (first := next(rows, None)) is None:
        return
    statement = f"copy {model._meta.db_table} ({', '.join(columns)}) from stdin"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        _text_that_is_none(),
        cursor.copy(statement) as stream,
    ):
        for row in chain([first], rows):
            stream.write_row(row)


def array(texts: Sequence[str]) -> str:
    """Write an array as PostgreSQL does: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO."""
    text = '","'.join(texts)
    if "\\" in text or text.count('"') > 2 * (len(texts) - 1):
        text = '","'.join([text.replace("\\", r"\\").replace('"', r"\"") for text in texts])
    return f'{{"{text}"}}' if texts else "{}"


def update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set `columns` of the rows whose primary keys stand first in `rows`, before the columns' values; JSON as text."""
    if not rows:
        return
    types = {field.attname: field.db_type(connection) for field in model._meta.concrete_fields}
    table, shape, setting = model._meta.db_table, ["id bigint"], []
    for column in columns:
        shape.append(f"{column} {'text' if types[column] == 'jsonb' else types[column]}")
        setting.append(f"{column} = said.{column}::{types[column]}")
    said = [dict(zip(("id", *columns), row, strict=True)) for row in rows]
    execute(
        f"update {table} set {', '.join(setting)}"
        f" from json_to_recordset(%s) as said ({', '.join(shape)}) where {table}.id = said.id",
        [json.dumps(said, default=lambda moment: moment.isoformat())],
    )


@contextmanager
def _text_that_is_none():
    """A surrogate or a NUL can't be sent at all: the row is as bad as if the database had refused it."""
    try:
        yield
    except (UnicodeEncodeError, psycopg.DataError) as error:
        if getattr(error, "sqlstate", None):
            raise
        raise DataError(str(error)) from None
