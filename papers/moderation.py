"""The one verb by which moderators change anything: it locks, compares, changes and writes the log, all or nothing.

What can be changed of a model is a table of `Editable`s, which `register` takes; the feed brings its own. Each change is an
`Action` with the values before and after. Undoing one is itself an action, possible as long as what it made is still there.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.mail import visible
from accounts.models import User
from papers.models import Action, Paper

Values = dict[str, Any]
# Under this name stands, beside a paper's values, which of them a moderator has set: these no source changes.
MARKED = "marked"


class Conflict(Exception):
    """Somebody else has changed it meanwhile: `current` are the values as they are, `latest` the last action on it."""

    def __init__(self, current: Values, latest: Action | None):
        super().__init__(f"{', '.join(current)} changed meanwhile")
        self.current, self.latest = current, latest


@dataclass(frozen=True)
class Editable:
    """How a field is read as JSON has it, and written into its `columns`; `write` may raise ValidationError.

    Where it `is_sourced`, what a moderator sets no source changes, until it is handed back.
    """

    read: Callable[[Any], Any]
    write: Callable[[Any, Any], None]
    columns: tuple[str, ...]
    is_sourced: bool = False


@dataclass(frozen=True)
class Kind:
    """What may be changed of a model, with which permission, and on which paper's page that stands.

    `then` does what follows from a change, in its transaction.
    """

    fields: Mapping[str, Editable]
    permission: str
    paper: Callable[[Any], Paper | None]
    then: Callable[[Any], None] = lambda row: None


_KINDS: dict[type[models.Model], Kind] = {}
CONTRARY: dict[str, str] = {
    Action.Kind.HIDE: Action.Kind.SHOW,
    Action.Kind.SHOW: Action.Kind.HIDE,
    Action.Kind.HAND_BACK: Action.Kind.EDIT,
    Action.Kind.FEATURE: Action.Kind.HIDE,
}


def register(model: type[models.Model], kind: Kind) -> None:
    """Let moderators change things of this model."""
    _KINDS[model] = kind


def moderate(
    target: models.Model,
    *,
    by: User,
    kind: str = Action.Kind.EDIT,
    reason: str = "",
    seen: Values | None = None,
    **changes: Any,
) -> Action | None:
    """Change fields of a thing and log it; None where nothing is different. What was `seen` before must still be so.

    Raises PermissionDenied, ValidationError for a value that can't be, and Conflict where another has changed what was seen.
    """
    with transaction.atomic():
        row = _locked(target, by)
        before = state(row, changes)
        seen = seen or {}
        if overtaken := {name: before[name] for name in seen if before[name] not in (seen[name], changes[name])}:
            raise Conflict(overtaken, Action.objects.of(row).first())
        for name, value in changes.items():
            _set(row, name, value)
        return _save(row, by, kind, reason, before)


def hand_back(target: models.Model, *names: str, by: User, reason: str = "") -> Action | None:
    """Let the sources speak again of fields that a moderator has set: each takes the value that they gave last."""
    with transaction.atomic():
        row = _locked(target, by)
        before = state(row, names)
        for name in names:
            _give_back(row, name)
        return _save(row, by, Action.Kind.HAND_BACK, reason, before)


def undo(action: Action, *, by: User, reason: str = "") -> Action:
    """Take an action back, which is an action too: undoing that does it again.

    Raises PermissionDenied, ValidationError where what was before can't be any more (its day is taken, its organization
    gone), and Conflict where it is undone already, where what it made has been changed, or where a later
    action on the same fields is in force: that one is to be undone first.
    """
    with transaction.atomic():
        row = _locked(action.target, by)
        names = action.after.keys() - {MARKED}
        before = state(row, names)
        is_undone = Action.objects.filter(undoes=action).exists()
        later = Action.objects.of(row).in_force().filter(pk__gt=action.pk, after__has_any_keys=list(names))
        if is_undone or before != action.after or later.exists():
            changed = {name: value for name, value in before.items() if value != action.after[name]}
            raise Conflict(changed, Action.objects.of(row).first())
        for name in names:
            if name in before.get(MARKED, ()) and name not in action.before.get(MARKED, ()):
                _give_back(row, name)
            else:
                _set(row, name, action.before[name])
        done = _save(row, by, CONTRARY.get(action.kind, action.kind), reason, before, undoes=action)
        # What is handed back to a source that has said the moderator's value meanwhile loses its mark at least.
        assert done, "an action that changed something changes something when it is undone"
        return done


def state(target: models.Model, names: Collection[str]) -> Values:
    """The values of these fields, and which of them a moderator has set."""
    fields = _KINDS[type(target)].fields
    values = {name: fields[name].read(target) for name in names}
    if any(fields[name].is_sourced for name in names):
        values[MARKED] = sorted(name for name in names if _is_marked(target, fields[name]))
    return values


def may_moderate(user: User, model: type[models.Model] | None) -> bool:
    return model in _KINDS and user.is_active and user.has_perm(_KINDS[model].permission)


def _locked(target: Any, by: User) -> Any:
    """The row as it is now, kept from others until the transaction ends."""
    if not may_moderate(by, type(target)):
        raise PermissionDenied
    return type(target)._default_manager.select_for_update(of=("self",)).get(pk=target.pk)


def _is_marked(row: Any, field: Editable) -> bool:
    return field.is_sourced and _mark(field.columns[0]) in row.edited_fields


def _mark(column: str) -> str:
    """As `edited_fields` names a column."""
    return column.removesuffix("_id")


def _set(row: Any, name: str, value: Any) -> None:
    field = _KINDS[type(row)].fields[name]
    if field.is_sourced and not _is_marked(row, field):
        row.edited_fields = sorted({*row.edited_fields, *map(_mark, field.columns)})
        row.withheld |= {column: getattr(row, column) for column in field.columns}
    field.write(row, value)


def _give_back(row: Any, name: str) -> None:
    field = _KINDS[type(row)].fields[name]
    if _is_marked(row, field):
        row.edited_fields = sorted({*row.edited_fields} - {*map(_mark, field.columns)})
        for column in field.columns:
            setattr(row, column, row.withheld.pop(column, getattr(row, column)))


def _save(row: Any, by: User, kind: str, reason: str, before: Values, undoes: Action | None = None) -> Action | None:
    after = state(row, before.keys() - {MARKED})
    if after == before:
        return None
    fields = _KINDS[type(row)].fields
    touched = {column for name in before.keys() - {MARKED} for column in fields[name].columns}
    row.clean_fields(exclude={it.name for it in row._meta.fields if it.attname not in touched})
    row.save()
    _KINDS[type(row)].then(row)
    return Action.objects.create(
        by=by,
        kind=kind,
        target=row,
        paper=_KINDS[type(row)].paper(row),
        before=before,
        after=after,
        # Everyone reads it: nothing that can't be seen, or that turns the direction of writing.
        reason=" ".join(visible(reason).split())[:500],
        undoes=undoes,
        depth=undoes.depth + 1 if undoes else 0,
    )
