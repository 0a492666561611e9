"""Pages by keyset: each begins after the last row of the one before, so that a deep page costs what the first does."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.timezone import is_naive


@dataclass(frozen=True)
class Page:
    """Some rows of an ordered queryset, and the cursor of the page after it ("" when this is the last)."""

    items: list
    next_cursor: str

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)


def paginate(queryset: QuerySet, *, order: tuple[str, ...], cursor: str = "", size: int = 50) -> Page:
    """The rows after `cursor`, in `order`: field paths, "-" before a descending one, ending with a unique one.

    No field of the order may be null. Raises Http404 for a cursor that this order never gave.
    """
    if cursor:
        queryset = queryset.filter(_after(queryset.model, order, cursor))
    rows = list(queryset.order_by(*order)[: size + 1])
    items = rows[:size]
    return Page(items, _cursor(items[-1], order) if len(rows) > size else "")


def place(model, order: tuple[str, ...], cursor: str) -> list:
    """The values of the last row before the page, field by field; Http404 for a cursor that this order never gave."""
    try:
        values = json.loads(urlsafe_base64_decode(cursor))
        values = [_field(model, path.lstrip("-")).to_python(value) for path, value in zip(order, values, strict=True)]
    except Exception as error:  # Whatever a visitor may have put into the address, there is no such page.
        raise Http404("This page is not there. Go back to the first one.") from error
    if None in values or any(isinstance(value, datetime) and is_naive(value) for value in values):
        raise Http404("This page is not there. Go back to the first one.")
    return values


def paginate_ranked(queryset: QuerySet, keys: Sequence[int], *, cursor: str = "", size: int = 50) -> Page:
    """The rows of these primary keys in their order, after `cursor`, where the ranking is made anew for each page.

    The cursor names the last row shown and how many were shown with it: where that row has left the ranking, its place
    is gone on from. Raises Http404 for a cursor that is none or that leads behind the end.
    """
    begin = _begin(keys, cursor) if cursor else 0
    shown = keys[begin : begin + size]
    rows = {row.pk: row for row in queryset.filter(pk__in=shown)}
    end = begin + len(shown)
    return Page([rows[key] for key in shown if key in rows], f"{end}-{keys[end - 1]}" if end < len(keys) else "")


def _begin(keys: Sequence[int], cursor: str) -> int:
    if match := re.fullmatch(r"(\d{1,9})-(\d{1,18})", cursor, re.ASCII):
        count, key = int(match[1]), int(match[2])
        place = keys.index(key) + 1 if key in keys else max(0, count - 1)
        if place < len(keys):
            return place
    raise Http404("This page is not there. Go back to the first one.")


def _cursor(row, order) -> str:
    values = [_value(row, path.lstrip("-")) for path in order]
    return urlsafe_base64_encode(json.dumps(values, default=datetime.isoformat).encode())


def _value(row, path: str):
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _after(model, order, cursor: str) -> Q:
    """`(a, b, c) > (x, y, z)` with mixed directions, written out so that an index on the first fields serves it."""
    values = place(model, order, cursor)
    paths = [path.lstrip("-") for path in order]
    beyond, equal = Q(), Q()
    for path, key, value in zip(paths, order, values, strict=True):
        beyond |= equal & Q(**{f"{path}__{'lt' if key.startswith('-') else 'gt'}": value})
        equal &= Q(**{path: value})
    first, key = paths[0], order[0]
    return Q(**{f"{first}__{'lte' if key.startswith('-') else 'gte'}": values[0]}) & beyond


def _field(model, path: str):
    for name in path.split("__"):
        field = model._meta.get_field(name)
        if field.is_relation:
            model = field.related_model
    if field.is_relation:
        raise FieldDoesNotExist(path)
    return getattr(field, "output_field", None) or field
