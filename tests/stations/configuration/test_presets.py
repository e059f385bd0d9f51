"""Where entering a station's connectors can start."""

import pytest

from stations.configuration.electrical import completed, problems
from stations.configuration.presets import PRESETS, like_model, like_preset, similar
from tests.support.models import document

PLACES = [(1, 1), (2, 1), (3, 2)]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_fits_together_and_has_the_power_of_its_name(preset):
    station = completed(like_preset(preset, PLACES))
    assert problems(station) == {}
    assert [(row.number, row.evse) for row in station.connectors] == PLACES
    power_kw, named = station.connectors[0].maximum_power_w / 1000, float(str(preset.label).split()[0])
    assert power_kw == pytest.approx(named, rel=0.02)


def test_a_model_with_the_same_connectors_is_copied_whole():
    facts = document(maximum_power_w=30_000, shares_power=True)
    for places in ([(1, 1), (2, 1)], []):
        station = like_model(facts, places)
        assert (station.maximum_power_w, station.shares_power) == (30_000, True)
        assert [(row.number, row.evse) for row in station.connectors] == [(1, 1), (2, 2)]
        assert problems(completed(station)) == {}


def test_connectors_the_model_does_not_have_are_like_one_it_has():
    station = completed(like_model(document(), PLACES))
    assert [(row.number, row.evse, row.current_a) for row in station.connectors] == [(1, 1, 32), (2, 1, 32), (3, 2, 32)]
    assert (station.maximum_power_w, problems(station)) == (44_160, {})


def test_models_of_the_vendor_come_first_then_those_with_as_many_connectors():
    other = {"vendor": ["Other"], "model": ["*x"]}
    twin = document(id="other-twin", label="Other Twin", matches=[other])
    single = document(id="single", label="Single", matches=[other], evses=document().model_dump()["evses"][:1], maximum_power_w=22_080)  # fmt: skip
    groups = similar([single, twin, document()], vendor="maker", connectors=2)
    assert [[each.id for each in group.documents] for group in groups] == [["maker-twin"], ["other-twin"], ["single"]]
