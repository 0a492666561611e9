"""One query to ranked papers: by words and by meaning, fused in one statement. What was measured: docs/search.md.

Ranking all that a frequent word matches would take seconds among a million papers. So the candidates are bounded: some
that have all the words, the newest of these among them, some whose title has all of them, and some that have one of the
rarest; beside them the nearest by meaning. How often a word occurs decides which way to them is quick.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from papers import bulk, embeddings, nearest, rarity, vectors
from papers.models import EmbeddingModel
from papers.models.search_document import quoted
from papers.query import Query
from papers.rarity import Rarity

logger = logging.getLogger(__name__)

# Results of one search at most; what is more is said to be more.
MOST = 1_000
# Candidates that have all words, that have them in the title, and that have one of the rarest.
MATCHING, TITLED, RARE = 1_500, 500, 4_000
RAREST_WORDS = 2
# Of either ranking, so many are fused; below them the words decide.
FUSED = 100
# Words of a long query that are weighed, the rarest; each costs a look into every candidate.
MOST_WORDS = 32
# What two words add that stand in a paper as they do in the query, next to each other or as far apart, in shares of the
# commoner one's weight; further apart they have little to do with each other.
SIDE_BY_SIDE, FARTHEST = 0.2, 3
# What a word adds that a title has as it was written, but for a plural, in shares of its weight: "transformers" have the stem
# of "transformation".
AS_WRITTEN = 0.1
# Where many have all words, those among so many of the newest papers are candidates too. Words in a greater share of all
# papers are looked for there alone, as to gather all that the index of words has of them would take long.
WALK, TOO_FREQUENT = 4_000, 0.1
# What only has to fulfil a filter is found by walking from the newest back where a greater share of all papers does.
FREQUENT, LONGEST_WALK = 0.02, 60_000
# Of the rarest words none counts that has more matches than this.
MOST_MATCHES = 20_000
# Candidates that the index by meaning keeps: more are found with more, and more slowly.
EFFORT = 200
# A filter that leaves fewer papers than this is gone through paper by paper. Where more are left, the index by meaning is
# asked until so many papers were looked at.
FEW, LONGEST_LOOK = 8_000, 1_500
# Weights of D (facets), C (authors), B (the abstract) and A (the title).
WEIGHTS = "{0.1, 0.2, 0.5, 1.0}"


@dataclass(frozen=True)
class Results:
    """The best first: primary keys of papers that are to be seen, at most MOST.

    `is_more` tells that there are more than these, or, of words that are too frequent, that not all were looked at. `lexemes` are the stems of the words that were looked for, to be
    marked. `is_by_words` is False where no paper has any of them, `is_by_meaning` where the vectors could not be asked.
    """

    papers: list[int] = field(default_factory=list)
    is_more: bool = False
    lexemes: frozenset[str] = frozenset()
    is_by_words: bool = False
    is_by_meaning: bool = False


def search(query: Query, *, by_words: bool = True, by_meaning: bool = True) -> Results:
    """Rank papers by a query. Either ranking can be left out, to measure the other."""
    if query.is_empty or query.problems:
        return Results()
    read = _read(query)
    shown = frozenset([*read.words, *(lexeme for phrase in read.shown for lexeme in _lexemes(phrase))])
    vector, model = _vector(query) if by_meaning and query.meaning else (None, None)
    if not read.words and not vector:
        rows = _rows(*_newest(read)) if read.must else []
    else:
        rows = _rows(*_fused(read if by_words else read.without_words(), vector, model))
    papers = [paper for paper, _ in rows]
    is_more = len(papers) > MOST or (by_words and read.is_too_frequent)
    is_by_words = any(has_words for _, has_words in rows)
    return Results(papers[:MOST], is_more, shown, is_by_words, vector is not None)


def matching(query: Query, papers: Sequence[int]) -> list[int]:
    """Those of these papers for which holds all that must, by their words, the best first."""
    read = _read(query)
    if not read.must or query.problems:
        return []
    score, weights = _score(read)
    found = bulk.select(
        f"select paper_id from papers_searchdocument where paper_id = any(%s) and words @@ %s::tsquery and {_VISIBLE}"
        f" order by {score} desc, paper_id desc",
        [list(papers), read.must, *weights],
    )
    return [paper for (paper,) in found]


@dataclass(frozen=True)
class _Read:
    """A query as PostgreSQL reads it: lexemes with how often they stand in it, those that stand side by side in it, each
    two with the words between their beginnings, the longer words as they were written with their lexemes, and what must
    hold, as a tsquery."""

    words: dict[str, int]
    pairs: list[tuple[str, str, int]]
    forms: dict[str, str]
    must: str
    shown: list[str]
    rarity: Rarity
    last_year: int | None

    def without_words(self) -> "_Read":
        return replace(self, words={}, pairs=[], forms={})

    @property
    def must_share(self) -> float:
        """About which share of the papers fulfils what must hold."""
        share = 1.0
        for group in re.split(r"\) & \(", self.must):
            found = [self.rarity.share(lexeme) for lexeme in _lexemes(group)] if "!" not in group else []
            share *= min(sum(found), 1.0) if found else 1.0
        return share

    @property
    def share(self) -> float:
        """About which share of the papers has all words and fulfils what must hold: at most that of the rarest of these.

        Words that go together are not as rare together as each alone would have it.
        """
        return min([self.must_share, *map(self.rarity.share, self.words)])

    @property
    def is_too_frequent(self) -> bool:
        """Whether not all that has the words can be looked at."""
        total = self.rarity.total
        return bool(self.words) and self.share > TOO_FREQUENT and self.share * total > MATCHING and total > WALK


def _read(query: Query) -> _Read:
    asked = [query.phrases, query.titles, query.authors]
    without = [query.without_phrases, query.without_titles, query.without_authors]
    phrases = [phrase for group in (*asked, *without) for phrase in group]
    # What is quoted counts among the words too, so that it is ranked by.
    words = " ".join([query.words, *query.phrases, *query.titles, *query.authors])
    forms = list(dict.fromkeys(_FORM.findall(words.lower())))
    ((stems, places, stated, stemmed),) = bulk.select(
        "select array(select lexeme::text from unnest(found)), array(select array_to_string(positions, ' ') from unnest(found)),"
        " array(select phraseto_tsquery('english', papers_folded(phrase))::text from unnest(%s::text[])"
        " with ordinality as phrases (phrase, place) order by place),"
        " array(select (ts_lexize('english_stem', form))[1] from unnest(%s::text[])"
        " with ordinality as forms (form, place) order by place)"
        " from to_tsvector('english', papers_folded(%s)) found",
        [phrases, forms, words],
    )
    known = {stem: len(at.split()) for stem, at in zip(stems, places, strict=True)}
    read = iter(stated)
    parts = [
        [_weighted(next(read), weight) for _ in group] for group, weight in zip(asked, ("", "A", "C"), strict=True)
    ]
    shown = [part for group in parts for part in group if part]
    must = [f"({part})" for part in shown]
    must += ["(" + " | ".join(map(quoted, group)) + ")" for group in query.facets]
    for group, weight in zip(without, ("", "A", "C"), strict=True):
        must += [f"(!({part}))" for _ in group if (part := _weighted(next(read), weight))]
    must += [f"(!{quoted(facet)})" for facet in query.without_facets]
    facets = [facet for group in query.facets for facet in group]
    rare = rarity.of([*known, *facets])
    if len(known) > MOST_WORDS:
        known = dict(sorted(known.items(), key=lambda item: -rare.weight(item[0]))[:MOST_WORDS])
    written = dict(zip(forms, stemmed, strict=True))
    return _Read(known, _pairs(stems, places), written, " & ".join(must), shown, rare, query.last_year)


def _pairs(stems: Sequence[str], places: Sequence[str]) -> list[tuple[str, str, int]]:
    order = sorted((int(place), stem) for stem, them in zip(stems, places, strict=True) for place in them.split())
    pairs = ((one, other, after - before) for (before, one), (after, other) in pairwise(order))
    return list(dict.fromkeys(pair for pair in pairs if pair[2] <= FARTHEST))


def _vector(query: Query) -> tuple[str, EmbeddingModel] | tuple[None, None]:
    """What is asked for as a vector, and the model in force; None where there is none, or it can't be loaded."""
    model = EmbeddingModel.objects.filter(is_in_force=True).first()
    if model is None:
        return None, None
    try:
        (vector,) = embeddings.load(model.name).embed([query.meaning])
    except embeddings.Unavailable as error:
        logger.warning("Searching by words alone: %s", error)
        return None, None
    return (vectors.written(vector), model) if vector.any() else (None, None)


def _newest(read: _Read) -> tuple[str, list]:
    """Nothing but what must hold: the newest first."""
    if read.must_share > FREQUENT:
        newest, values = _newest_of(read.must, LONGEST_WALK, MOST + 1, read.last_year)
    else:
        # Added to, the date is in no index: that of the words is used.
        order = f"order by published_at + interval '0 seconds' desc, paper_id desc limit {MOST + 1}"
        newest, values = f"{_DOCUMENTS} where words @@ %s::tsquery {order}", [read.must]
    return (
        f"select paper_id, true from ({newest}) found where {_VISIBLE} order by published_at desc, paper_id desc",
        values,
    )


def _fused(read: _Read, vector: str | None, model: EmbeddingModel | None) -> tuple[str, list]:
    weight = embeddings.load(model.name).words_weight if model else 1.0
    candidates, values = _candidates(read)
    score, weights = _score(read)
    together, pairs = _together(read)
    near, near_values = _near(read, vector, model)
    meaning, join = "null::float8", ""
    if vector and model:
        meaning = "1 - (embedding.vector <=> %s::halfvec)"
        join = f"left join papers_embedding embedding on embedding.paper_id = pool.paper_id and model_id = {model.pk}"
    statement = f"""
with ranked as materialized (
    select paper_id, max(score) as score from ({candidates}) candidate
    group by paper_id order by 2 desc, paper_id desc limit {MOST + 1}
),
near as materialized ({near}),
pool as (
    (select paper_id from ranked order by score desc, paper_id desc limit {FUSED}) union select paper_id from near
),
weighed as materialized (
    select pool.paper_id, coalesce(ranked.score, {score}) + {together} as words, {meaning} as meaning
    from pool join papers_searchdocument using (paper_id) join papers_paper paper on paper.id = paper_id
        cross join lateral (select papers_folded(paper.title) as title offset 0) written left join ranked using (paper_id) {join}
),
fused as (
    select paper_id, 1 as part, {weight} * words / greatest(max(words) over (), 1e-9) + {1 - weight}
        * coalesce((meaning - min(meaning) over ()) / greatest(max(meaning) over () - min(meaning) over (), 1e-9), 0) as score
    from weighed
    union all select paper_id, 0, score from ranked where paper_id not in (select paper_id from pool)
)
select paper_id, exists (select from ranked) from fused where {_VISIBLE} order by part desc, score desc, paper_id desc limit {MOST + 1}
"""
    return statement, [*values, *near_values, *weights, *pairs, *([vector] if vector else [])]


# Who is hidden has no document any more, but for the moment until that is removed.
_VISIBLE = "not exists (select from papers_paper where papers_paper.id = paper_id and hidden_at is not null)"


def _candidates(read: _Read) -> tuple[str, list]:
    """The papers that are worth ranking by their words, each with its score."""
    if not read.words:
        return "select null::bigint as paper_id, 0::float8 as score where false", []
    score, weights = _score(read)
    words = _all(map(quoted, read.words))
    everything = _all([words, read.must])
    ways = []
    if read.share * read.rarity.total > MATCHING:
        ways.append(_newest_of(everything, WALK, MATCHING, read.last_year))
    if not read.is_too_frequent:
        ways.append((f"{_DOCUMENTS} where words @@ %s::tsquery limit {MATCHING}", [everything]))
    if read.must:
        ways.append(
            (f"{_DOCUMENTS} where title @@ %s::tsquery and words @@ %s::tsquery limit {TITLED}", [words, read.must])
        )
    else:
        ways.append((f"{_DOCUMENTS} where title @@ %s::tsquery limit {TITLED}", [words]))
    if rare := _rare(read):
        any_of = _all([f"({' | '.join(map(quoted, rare))})", read.must])
        ways.append((f"{_DOCUMENTS} where words @@ %s::tsquery limit {RARE}", [any_of]))
    statements = [f"select paper_id, {score} as score from ({statement}) way" for statement, _ in ways]
    return " union all ".join(statements), [value for _, values in ways for value in (*weights, *values)]


_DOCUMENTS = "select paper_id, words, published_at from papers_searchdocument"


def _newest_of(tsquery: str, walk: int, limit: int, last_year: int | None) -> tuple[str, list]:
    """Those that match of the newest `walk` papers; where only earlier years are asked for, of the newest of these."""
    until = f"where published_at < '{last_year + 1}-01-01 00:00:00+00'" if last_year else ""
    newest = f"{_DOCUMENTS} {until} order by published_at desc, paper_id desc limit {walk}"
    return f"select paper_id, words, published_at from ({newest}) newest where words @@ %s::tsquery limit {limit}", [
        tsquery
    ]


def _rare(read: _Read) -> list[str]:
    """The rarest words: two where they aren't frequent, and as many more as few enough papers have."""
    rare: list[str] = []
    matches = 0.0
    for word in sorted(read.words, key=read.rarity.share):
        found = read.rarity.share(word) * max(read.rarity.total, 1)
        matches += found
        if matches <= RARE or (len(rare) < RAREST_WORDS and found <= MOST_MATCHES):
            rare.append(word)
    return rare


def _score(read: _Read) -> tuple[str, list]:
    """The sum over the query's words of how often it has them, how rare they are and how the document has them."""
    if not read.words:
        return "0::float8", []
    terms = [f"%s::float8 * ts_rank('{WEIGHTS}', words, %s::tsquery)" for _ in read.words]
    values = [
        value for lexeme, count in read.words.items() for value in (count * read.rarity.weight(lexeme), quoted(lexeme))
    ]
    return f"({' + '.join(terms)})", values


def _together(read: _Read) -> tuple[str, list]:
    """What a document has of the query's words side by side, and its title as they were written; too dear for more than
    the best."""
    terms, values = ["0::float8"], []
    for one, other, apart in read.pairs:
        if one in read.words and other in read.words:
            terms.append("case when words @@ %s::tsquery then %s::float8 else 0 end")
            weight = min(read.rarity.weight(one), read.rarity.weight(other))
            values += [f"{quoted(one)} <{apart}> {quoted(other)}", SIDE_BY_SIDE * weight]
    for form, stem in read.forms.items():
        if stem in read.words:
            terms.append("case when written.title ~* %s then %s::float8 else 0 end")
            values += [rf"\m{form}s?\M", AS_WRITTEN * read.rarity.weight(stem)]
    return f"({' + '.join(terms)})", values


def _near(read: _Read, vector: str | None, model: EmbeddingModel | None) -> tuple[str, list]:
    """The nearest by meaning among those for which holds what must, as far as they are near at all."""
    if not vector or not model:
        return "select null::bigint as paper_id where false", []
    near, values = _nearest(read, vector, model)
    # What has no distance, a text without a word that the model knows, is not near.
    return f"select paper_id from ({near}) near where distance <= %s", [
        *values,
        1 - embeddings.load(model.name).least_closeness,
    ]


def _nearest(read: _Read, vector: str, model: EmbeddingModel) -> tuple[str, list]:
    distance = "vector <=> %s::halfvec as distance"
    of_model = f"where model_id = {model.pk}"
    order = f"order by distance limit {FUSED}"
    if not read.must:
        return f"select paper_id, {distance} from papers_embedding {of_model} {order}", [vector]
    allowed = "select paper_id from papers_searchdocument where words @@ %s::tsquery"
    if read.must_share * max(read.rarity.total, 1) < FEW:
        return (
            f"with allowed as materialized ({allowed}) select paper_id, {distance}"
            f" from allowed join papers_embedding using (paper_id) {of_model} {order}",
            [read.must, vector],
        )
    return (
        f"select embedding.paper_id, {distance} from papers_embedding embedding"
        f" join papers_searchdocument document using (paper_id) {of_model} and document.words @@ %s::tsquery {order}",
        [vector, read.must],
    )


def _rows(statement: str, values: Sequence) -> list[tuple[int, bool]]:
    return nearest.select(statement, values, effort=EFFORT, look=LONGEST_LOOK)


def _all(parts) -> str:
    return " & ".join(part for part in parts if part)


_FORM = re.compile(r"\b([a-z]{4,}?)s?\b")
_LEXEME = re.compile(r"'((?:[^']|'')*)'")


def _lexemes(tsquery: str) -> list[str]:
    return [found.replace("''", "'").replace("\\\\", "\\") for found in _LEXEME.findall(tsquery)]


def _weighted(phrase: str, weight: str) -> str:
    return _LEXEME.sub(lambda match: f"{match[0]}:{weight}", phrase) if weight else phrase
