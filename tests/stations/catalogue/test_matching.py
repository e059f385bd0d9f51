"""Which model a station is: patterns are whole, the model that says most wins, and the reason is told."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.catalogue.documents import MatchRule, ModelDocument
from stations.catalogue.matching import LABELS, Facts, best, match
from stations.catalogue.patterns import characters_said, fits
from tests.stations.catalogue.support import document

TEXTS = st.text(st.sampled_from("aBc1 .-_(^$[\n"), max_size=6)
LITERALS = TEXTS.filter(lambda text: text.strip() and "*" not in text)


@given(LITERALS, TEXTS)
def test_a_pattern_without_star_is_the_whole_text(pattern, text):
    assert fits(pattern, text) == (pattern.strip().lower() == text.strip().lower())


@given(LITERALS, LITERALS, TEXTS)
def test_a_star_stands_for_anything_in_its_place_only(start, end, middle):
    pattern = f"{start.strip()}*{end.strip()}"

    assert fits(pattern, f"{start.strip()}{middle}{end.strip()}")
    assert not fits(pattern, f"x{start.strip()}{middle}{end.strip()}")
    assert not fits(pattern, f"{start.strip()}{middle}{end.strip()}x")


@given(st.lists(LITERALS, min_size=4, max_size=4), st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_case_never_matters(texts, spell):
    facts, spelt = Facts(*texts), Facts(*map(spell, texts))
    model = document(vendor=[texts[0]], model=[f"{texts[1].strip()}*"], serial_number=[texts[2]])

    assert match(model, facts).weight == match(model, spelt).weight


RULES = st.fixed_dictionaries(
    {"vendor": st.sampled_from([["ABB"], ["A*"]]), "model": st.sampled_from([["X1"], ["X*"], ["*1", "X1"]])},
    optional={"serial_number": st.just(["9*"]), "firmware_version": st.sampled_from([["1.0"], ["1.*"]])},
)
FACTS = Facts("abb", "x1", "99", "1.0")


@given(RULES)
def test_another_constraint_never_makes_a_rule_say_less(fields):
    weight = match(document(**fields), FACTS).weight

    for name, pattern in (("serial_number", "99"), ("firmware_version", "1.0")):
        assert match(document(**fields | {name: [pattern]}), FACTS).weight >= weight


@given(st.lists(RULES, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_models_never_matters(rules, shuffled: random.Random):
    models = [document(id=f"m{number}", **fields) for number, fields in enumerate(rules)]
    before = best(models, FACTS)
    shuffled.shuffle(models)

    assert best(models, FACTS) == before
    assert before.weight == max(match(model, FACTS).weight for model in models)


@given(RULES)
def test_the_reason_names_each_field_compared(fields):
    because = match(document(**fields), FACTS).because

    assert len(because) == len(fields)
    for name, reason in zip([name for name in LABELS if name in fields], because, strict=True):
        assert reason.startswith(str(LABELS[name]))
        assert getattr(FACTS, name) in reason


def test_reasons_in_words():
    found = best([document(vendor=["ABB"], model=["MD_TERRA*"])], Facts("ABB", " md_terra_53 "))

    assert found.because == ["vendor is “ABB”", "model “md_terra_53” fits “MD_TERRA*”"]


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        Facts("ABB"),
        Facts("ABB", "Y1", "99", "1.0"),
        Facts("ABB", "X1", "88", "1.0"),
        Facts("ABB", "X1", "99", "2"),
    ],
)
def test_one_field_that_does_not_fit_is_enough(facts):
    model = document(vendor=["ABB"], model=["X1"], serial_number=["9*"], firmware_version=["1.*"])

    assert match(model, facts) is None
    assert best([model], facts) is None


def test_either_serial_number_may_fit():
    model = document(vendor=["ABB"], model=["X1"], serial_number=["EV.2S22*"])

    assert match(model, Facts("ABB", "X1", "3N180", box_serial_number="EV.2S22P44")).because[-1] == (
        "serial number “EV.2S22P44” fits “EV.2S22*”"
    )


def test_of_several_rules_the_one_that_says_most_counts():
    one = document(vendor=["ABB"], model=["X1"])
    rules = [*one.matches, MatchRule(vendor=["ABB"], model=["X1"], firmware_version=["1.0"])]
    model = ModelDocument.model_validate(one.model_dump() | {"matches": [each.model_dump() for each in rules]})

    assert match(model, FACTS).weight[0] == 3
    assert match(model, Facts("ABB", "X1", "", "2.0")).weight[0] == 2


@given(st.text("a*", max_size=5))
def test_stars_say_nothing(pattern):
    assert characters_said(pattern) == pattern.count("a")
