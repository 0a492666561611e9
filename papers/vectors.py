"""Keeps the vectors of papers: those of the model in force, and those of one that is being filled to take its place."""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import connection, transaction

from papers import bulk, embeddings
from papers.models import EmbeddingModel, Paper, Stale
from papers.models.embedding import DIMENSIONS

logger = logging.getLogger(__name__)

# Papers in one transaction.
BATCH_SIZE = 500
# Well below a task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=5)

INDEX = """
create index {concurrently} if not exists {name} on papers_embedding using hnsw (vector halfvec_cosine_ops)
with (m = 16, ef_construction = 64) where model_id = {model}
"""
WRITE = """
insert into papers_embedding (model_id, paper_id, vector)
select %s, said.paper_id, said.vector::halfvec from unnest(%s::bigint[], %s::text[]) as said (paper_id, vector)
join papers_paper paper on paper.id = said.paper_id order by said.paper_id
on conflict (paper_id, model_id) do update set vector = excluded.vector
"""


def catch_up() -> int:
    """Embed what has changed until that is ENOUGH; return how many papers. Raises embeddings.Unavailable."""
    deadline, count = time.monotonic() + ENOUGH.total_seconds(), 0
    for batch in embed_stale():
        count += batch
        if time.monotonic() >= deadline:
            break
    return count


def embed_stale() -> Iterator[int]:
    """Embed all that has changed, by all models there are, batch by batch; yield how many papers. Raises Unavailable."""
    if not EmbeddingModel.objects.exists() and Stale.objects.filter(part=Stale.Part.MEANING).exists():
        model(embeddings.DEFAULT)
    while batch := _embed_some_stale():
        yield batch


@transaction.atomic
def model(name: str) -> EmbeddingModel:
    """The model of that name, made where it isn't there: the first of a site is in force at once.

    For that one all papers that there are wait already; another is to be filled.
    """
    bulk.execute("lock table papers_embeddingmodel in exclusive mode")
    if there := EmbeddingModel.objects.filter(name=name).first():
        return there
    is_first = not EmbeddingModel.objects.exists()
    newest = Paper.objects.order_by("-pk").values_list("pk", flat=True).first() if is_first else 0
    made = EmbeddingModel.objects.create(name=name, is_in_force=is_first, position=newest or 0)
    if is_first:
        make_index(made)
    return made


def trouble() -> str:
    """Why searches go by words alone, in a line; "" where they don't."""
    model = EmbeddingModel.objects.filter(is_in_force=True).first()
    if model is None:
        return "no paper has been embedded yet, searches go by words alone" if Paper.objects.exists() else ""
    try:
        embeddings.load(model.name)
    except embeddings.Unavailable as error:
        return f"searches go by words alone: {error}"
    return ""


def fill(model: EmbeddingModel) -> Iterator[int]:
    """Embed all papers behind the model's position, batch by batch; yield how many. It goes on where it was stopped."""
    while batch := _fill_some(model):
        yield batch


def left(model: EmbeddingModel) -> int:
    """How many papers a filling has still to pass."""
    return Paper.objects.filter(pk__gt=model.position).count()


def put_in_force(model: EmbeddingModel) -> None:
    """Let searches use this model's vectors, then forget those of all others."""
    make_index(model)
    with transaction.atomic():
        EmbeddingModel.objects.exclude(pk=model.pk).update(is_in_force=False)
        model.is_in_force = True
        model.save(update_fields=["is_in_force"])
    forget_others(model)


def forget_others(model: EmbeddingModel) -> None:
    """Remove all other models with their vectors: those before it, and those that were to take its place."""
    others = EmbeddingModel.objects.exclude(pk=model.pk)
    # Whoever goes back to one whose removal was interrupted fills it from its beginning.
    others.update(position=0)
    for other in others:
        _drop_index(other)
        other.embeddings.all()._raw_delete(other.embeddings.db)
        other.delete()


def make_index(model: EmbeddingModel) -> None:
    """Index the model's vectors, without holding up whoever writes some meanwhile."""
    # An index whose making was interrupted is there, and of no use to any search.
    if bulk.select("select 1 from pg_index where indexrelid = to_regclass(%s) and not indisvalid", [model.index]):
        _drop_index(model)
    bulk.execute(INDEX.format(concurrently=_concurrently(), name=model.index, model=model.pk))


def _drop_index(model: EmbeddingModel) -> None:
    bulk.execute(f"drop index {_concurrently()} if exists {model.index}")


def _concurrently() -> str:
    """PostgreSQL's word for not holding up others; within a transaction it doesn't take it."""
    return "" if connection.in_atomic_block else "concurrently"


@transaction.atomic
def _embed_some_stale() -> int:
    stale = Stale.objects.take(Stale.Part.MEANING, BATCH_SIZE)
    papers = Paper.objects.filter(pk__in=stale)
    rows = list(papers.order_by("pk").values_list("pk", "title", "abstract"))
    # Read with each batch, for one that was made since then may have passed these papers already.
    for model in EmbeddingModel.objects.order_by("pk"):
        try:
            _write(model, rows)
        except embeddings.Unavailable:
            if model.is_in_force:
                raise
            model.set_back(to=rows[0][0])
    return len(stale)


@transaction.atomic
def _fill_some(model: EmbeddingModel) -> int:
    # Held until the batch is there: whoever sets the position back meanwhile does so after it, and not in vain.
    held = EmbeddingModel.objects.select_for_update(no_key=True)
    model.refresh_from_db(fields=["position"], from_queryset=held)
    papers = Paper.objects.filter(pk__gt=model.position).order_by("pk").values_list("pk", "title", "abstract")
    rows = list(papers[:BATCH_SIZE])
    if rows:
        _write(model, rows)
        model.position = rows[-1][0]
        model.save(update_fields=["position"])
    return len(rows)


def _write(model: EmbeddingModel, papers: Sequence[tuple[int, str, str]]) -> None:
    if not papers:
        return
    vectors = embeddings.load(model.name).embed([embeddings.text(title, abstract) for _, title, abstract in papers])
    bulk.execute(WRITE, [model.pk, [pk for pk, _, _ in papers], [written(vector) for vector in vectors]])


def written(vector) -> str:
    """A vector as pgvector reads it, filled up with zeros."""
    numbers = ",".join(map("{:.5g}".format, vector.tolist()))
    return f"[{numbers}{',0' * (DIMENSIONS - len(vector))}]"
