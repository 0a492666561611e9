"""How long Hugging Face's recorded days take to load, against only reading them from their files as JSON."""

import gzip
import json

from _stage import RECORDED, best, stage, table


def main() -> None:
    paths = sorted((RECORDED / "hf_daily").glob("*.json.gz"))
    if not paths:
        print("bench/ingest.py: skipped, the recorded days (../shared/data/hf_daily) are not beside this checkout")
        return
    with stage():
        from feed.mirror import enter
        from papers.arxiv import files
        from papers.huggingface import records
        from papers.ingest import ingest

        def rows():
            for path in paths:
                yield from records.parse(files.read(path), day=path_day(path))

        reading = best(lambda: [json.loads(gzip.decompress(path.read_bytes())) for path in paths], times=3)
        parsing = best(lambda: list(rows()), times=1)
        first = best(lambda: ingest(rows(), then=enter), times=1)
        second = best(lambda: ingest(rows(), then=enter), times=1)
        table(
            f"Loading {len(paths)} days",
            ("step", "seconds", "× reading"),
            [
                (name, f"{seconds:.2f}", f"{seconds / reading:.1f}")
                for name, seconds in [
                    ("read as JSON", reading),
                    ("parse", parsing),
                    ("load", first),
                    ("load again", second),
                ]
            ],
        )


def path_day(path):
    from datetime import date

    return date.fromisoformat(path.name[:10])


if __name__ == "__main__":
    main()
