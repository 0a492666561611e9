"""One moderation action: who changed what, from what to what, when and why. Written once, and never again."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.db.models.functions import Mod
from django.utils import timezone

from .paper import Paper


class ActionQuerySet(models.QuerySet["Action"]):
    def of(self, target: models.Model):
        """What was done to one thing."""
        kind = ContentType.objects.get_for_model(target)
        return self.filter(content_type=kind, object_id=target.pk)

    def in_force(self):
        """What was done and not undone, or undone and done again: the last of each such chain."""
        return self.filter(undone_by=None).alias(parity=Mod("depth", 2)).filter(parity=0)

    def for_log(self):
        """With what a row of the log shows, so that a list costs one query."""
        return self.select_related("by", "paper", "content_type", "undone_by__by")


class Action(models.Model):
    """The database refuses to change, delete or truncate these rows (migration 0013): what was done stays written."""

    class Kind(models.TextChoices):
        EDIT = "edit", "edited"
        HAND_BACK = "hand-back", "handed back to the source"
        HIDE = "hide", "hid"
        SHOW = "show", "showed again"
        FEATURE = "feature", "put into the feed"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="actions", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=Kind)
    content_type = models.ForeignKey(ContentType, models.PROTECT, db_index=False)
    object_id = models.BigIntegerField()
    target = GenericForeignKey()
    paper = models.ForeignKey(
        Paper,
        models.PROTECT,
        null=True,
        related_name="actions",
        db_index=False,
        help_text="The paper on whose page it stands.",
    )
    # Values by field, as JSON has them. A field of a paper whose name stands in `marked_…` was a moderator's then.
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    depth = models.PositiveIntegerField(default=0, help_text="One more than that of the action that it undoes.")

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(before=models.F("after")), name="action_changes_something"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="action_newest"),
            models.Index(fields=["kind", "-at", "-id"], name="action_of_kind"),
            models.Index(fields=["by", "-at", "-id"], name="action_by_moderator"),
            models.Index(fields=["paper", "-at", "-id"], condition=Q(paper__isnull=False), name="action_of_paper"),
            models.Index(fields=["content_type", "object_id", "-id"], name="action_of_target"),
        ]

    def __str__(self):
        return f"{self.by} {self.get_kind_display()} {self.content_type.name} {self.object_id}"

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undone_by")

    @property
    def is_undo(self) -> bool:
        return self.undoes_id is not None

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What was changed, from what, to what, in words; what the kind says already is left out."""
        names = [name for name in self.after if name not in ("marked", "hidden")]
        pairs = [(name, _in_words(self.before[name]), _in_words(self.after[name])) for name in names]
        return [(name.replace("_", " "), before, after) for name, before, after in pairs if before != after]


def _in_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
