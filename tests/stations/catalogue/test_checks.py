"""Models whose files are right, and that are wrong all the same."""

from stations.catalogue import files
from stations.catalogue.checks import problems, samples
from stations.catalogue.documents import MatchRule, ModelDocument
from stations.catalogue.matching import Facts
from tests.stations.catalogue.support import content, document


def test_the_shipped_models_agree():
    assert problems(files.shipped()) == []


def test_an_id_is_used_once():
    models = [document("one", vendor=["A"], model=["X"]), document("one", vendor=["B"], model=["X"])]

    assert problems(models) == ["one: two models have this id; rename one"]


def test_two_models_that_say_the_same_of_a_station():
    models = [document("one", vendor=["ABB"], model=["X1"]), document("two", vendor=["abb"], model=["X1", "X2"])]

    assert problems(models) == [
        "two: a station with vendor “abb”, model “X1” is taken for one; let the rule of one of them say more"
    ]


def test_a_model_that_says_more_may_be_a_special_case_of_another():
    models = [document("one", vendor=["ABB"], model=["X*"]), document("two", vendor=["ABB"], model=["X1"])]

    assert problems(models) == []


def test_a_rule_is_tried_with_each_of_its_patterns():
    rule = MatchRule(vendor=["A"], model=["X*", "Y"], serial_number=["1*2"])

    assert list(samples(rule)) == [Facts("A", "Xx", "1x2"), Facts("A", "Y", "1x2")]


def test_long_lists_are_tried_within_bounds():
    many = [f"P{number}" for number in range(100)]

    assert len(list(samples(MatchRule(vendor=many, model=many)))) == 500


def test_recommended_values_fit_their_types():
    values = {"MeterValueSampleInterval": "often", "OwnSwitch": "perhaps", "OwnText": "perhaps"}
    model = ModelDocument.model_validate(
        content(parameters=[{"values": values}], parameter_types={"OwnSwitch": "boolean"})
    )

    assert problems([model]) == [
        "some-model: MeterValueSampleInterval: Write a whole number.",
        "some-model: OwnSwitch: Write true or false.",
    ]
