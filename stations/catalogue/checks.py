"""What can be wrong with models though their files are: with them together, and with the values they recommend."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, product

from django.utils.translation import gettext as _

from stations.catalogue.documents import MatchRule, ModelDocument
from stations.catalogue.matching import LABELS, Facts, best
from stations.catalogue.values import problem

MOST_SAMPLES = 500
"""A rule with long lists of alternatives is tried so many times."""


def problems(documents: Sequence[ModelDocument]) -> list[str]:
    """Sentences, one for each problem: ids used twice, values that do not fit, stations taken for another model."""
    counts = Counter(document.id for document in documents)
    twice = [_("{id}: two models have this id; rename one").format(id=id) for id, count in counts.items() if count > 1]
    return twice + [each for one in documents for each in (*_unfit(one), *_mistaken(one, documents))]


def _unfit(document: ModelDocument) -> Iterator[str]:
    """Recommended values that the standard, or the type the model itself gives, does not allow."""
    for recommendation in document.parameters:
        for key, value in recommendation.values.items():
            if wrong := problem(key, value, document.parameter_types):
                yield f"{document.id}: {key}: {wrong}"


def _mistaken(document: ModelDocument, documents: Sequence[ModelDocument]) -> Iterator[str]:
    """For each rule at most one station that fits it and yet is another model."""
    for rule in document.matches:
        for facts in samples(rule):
            found = best(documents, facts)
            if found and found.document.id != document.id:
                yield _sentence(document, found.document, facts)
                break


def _sentence(document: ModelDocument, other: ModelDocument, facts: Facts) -> str:
    said = ", ".join(f"{name} “{text}”" for name, text in facts._asdict().items() if text)
    return _("{id}: a station with {facts} is taken for {other}; let the rule of one of them say more").format(
        id=document.id, facts=said, other=other.id
    )


def samples(rule: MatchRule) -> Iterator[Facts]:
    """Stations that fit the rule: every way to choose its patterns, with ``x`` for ``*``."""
    choices = [[pattern.replace("*", "x") for pattern in getattr(rule, name)] or [""] for name in LABELS]
    return islice((Facts(*texts) for texts in product(*choices)), MOST_SAMPLES)
