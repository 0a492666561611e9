"""Categories by the titles under which Dublin Core has them: "Mathematics - Number Theory", today just "Number Theory"."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from papers.arxiv import taxonomy


def categories(subjects: Iterable[str], sets: Callable[[], Iterable[str]]) -> list[str]:
    """Return the names of those subjects that are categories, in their order.

    Other subjects are classes of the AMS and the ACM ("11N05", "D.2") and left out; a category that is not known comes
    as its title. `sets`, asked where it is needed, gives OAI-PMH's ("cs:cs:LG", formerly "cs"), which tell Machine Learning (cs.LG) from Machine
    Learning (stat.ML).
    """
    return [name for subject in subjects if (name := _BY_FULL_TITLE.get(subject) or _category(subject, sets))]


def _category(subject: str, sets: Callable[[], Iterable[str]]) -> str:
    subject = " ".join(subject.split())
    if name := _BY_FULL_TITLE.get(subject):
        return name
    if names := _BY_TITLE.get(subject):
        stated = {_set_name(name) for name in sets()}
        by_set = [name for name in names if name in stated] or [
            name for name in names if name.partition(".")[0] in stated
        ]
        return (by_set or names)[0]
    return subject if subject.partition(" - ")[0] in _ARCHIVE_TITLES and " - " in subject else ""


def _set_name(spec: str) -> str:
    """Return the category or archive of a set: "physics:cond-mat:soft" is cond-mat.soft, "physics:hep-th" hep-th."""
    return ".".join(spec.split(":")[1:]) if ":" in spec else spec


_ARCHIVE_TITLES = {archive.title for archive in taxonomy.ARCHIVES.values()}

# Titles that arXiv has changed since.
_FORMER_TITLES = {
    "Computer Science - Learning": "cs.LG",
    "Condensed Matter - Mesoscopic Systems and Quantum Hall Effect": "cond-mat.mes-hall",
}

_BY_FULL_TITLE = (
    {category.title: name for name, category in taxonomy.ARCHIVES.items()}
    | {
        f"{taxonomy.ARCHIVES[category.archive].title} - {category.title}": name
        for name, category in taxonomy.CATEGORIES.items()
        if "." in name
    }
    | _FORMER_TITLES
)

_BY_TITLE: dict[str, list[str]] = defaultdict(list)
for _name, _found in taxonomy.CATEGORIES.items():
    # Where one subject has two names, the one that stands for both comes first.
    _BY_TITLE[_found.title].insert(0 if _found.canonical == _name else 1, _name)
