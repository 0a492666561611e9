"""Papers into vectors, by hand: fill what is missing, do it all again, or go over to another model."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from papers import documents, embeddings, vectors
from papers.models import EmbeddingModel, Stale


class Command(BaseCommand):
    help = (
        "Embed papers, so that they are found by their meaning. May be stopped at any time and goes on where it was. With "
        "--model it fills the vectors of another model beside those in force, and then puts that one in their place; "
        "with --model and the one in force it forgets all others."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", default="", help="such as wordllama or sentence-transformers/all-MiniLM-L6-v2")
        parser.add_argument("--again", action="store_true", help="embed all papers anew, also those that are")

    def handle(self, *, model: str, again: bool, **options) -> None:
        in_force = EmbeddingModel.objects.filter(is_in_force=True).first()
        name = model or (in_force.name if in_force else embeddings.DEFAULT)
        try:
            # Here alone, where the operator waits for it, may a model be fetched.
            embeddings.load(name, may_download=True)
        except embeddings.Unavailable as error:
            raise CommandError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
        while documents.catch_up():
            pass
        chosen = vectors.model(name)
        if again:
            chosen.position = 0
            chosen.save(update_fields=["position"])
        with tqdm(total=vectors.left(chosen), unit="paper", disable=None) as bar:
            for count in vectors.fill(chosen):
                bar.update(count)
        if not chosen.is_in_force:
            self.stdout.write(f"Indexing the vectors of {name} …")
            vectors.put_in_force(chosen)
        elif model:
            # Only then: another model's filling may be under way, which whoever fills what is missing means to keep.
            vectors.forget_others(chosen)
        # By the models that are left: one that can't be loaded any more would let nothing be embedded.
        with tqdm(total=Stale.objects.filter(part=Stale.Part.MEANING).count(), unit="paper", disable=None) as bar:
            for count in vectors.embed_stale():
                bar.update(count)
        self.stdout.write(f"{name}: {chosen.embeddings.count():,} papers are found by their meaning.")
        for other in EmbeddingModel.objects.exclude(pk=chosen.pk):
            self.stdout.write(
                f"{other} is filled in part: --model {other} goes on with it, --model {name} gives it up."
            )
