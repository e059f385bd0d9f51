"""Entering the configuration of a station of an unknown model, step by step."""

import html

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.commands import ReportedParameter
from stations.enums import ConfigurationStatus
from stations.models import ChargingStation, Configuration, ConfigurationChange, Operation
from stations.services.parameters import learn_reported
from tests.support.factories import CapabilitiesFactory
from tests.support.models import known_model


@pytest.fixture
def station(world) -> ChargingStation:
    """Ours, of a model nobody knows; it has reported one connector."""
    facts = {"vendor": "Nobody", "model": "Box", "rebooted_at": timezone.now(), "ocpp_version": "1.6"}
    ChargingStation.objects.filter(pk=world.ours.station.pk).update(**facts)
    world.ours.station.refresh_from_db()
    CapabilitiesFactory(station=world.ours.station)
    return world.ours.station


def at(station, step: str) -> str:
    return f"{reverse('stations:configure', args=[station.pk])}?step={step}"


def row(**changes) -> dict[str, str]:
    """The form of one connector of 22 kW, its powers left open."""
    values = {"number": "1", "evse": "1", "type": "type_2", "current_type": "AC", "phases": "3", "voltage_v": "230", "current_a": "32"}  # fmt: skip
    counts = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "1"}
    return {f"connectors-{name}": value for name, value in (counts | {f"0-{k}": v for k, v in (values | changes).items()}).items()}  # fmt: skip


def parameters(**values: str) -> dict[str, str]:
    return {f"use-{key}": "on" for key in values} | {f"value-{key}": value for key, value in values.items()}


def test_the_page_of_the_station_leads_here(operator, station):
    for url in (
        reverse("stations:detail", args=[station.pk]),
        reverse("stations:tab", args=[station.pk, "connectors"]),
    ):
        assert reverse("stations:configure", args=[station.pk]) in operator.get(url).text


def test_from_a_preset_to_a_usable_station(operator, station):
    assert "22 kW wallbox" in operator.get(at(station, "start")).text
    assert operator.post(at(station, "start"), {"start": "preset:type-2-22"}).url == at(station, "connectors")
    assert 'value="32"' in operator.get(at(station, "connectors")).text
    assert operator.post(at(station, "connectors"), row()).url == at(station, "parameters")
    assert operator.post(at(station, "parameters"), parameters(MeterValueSampleInterval="60")).url == at(
        station, "review"
    )
    review = operator.get(at(station, "review")).text
    assert "22080" in review
    assert "MeterValueSampleInterval" in review
    assert not ConfigurationChange.objects.exists()
    operation = operator.post(at(station, "review")).url.partition("operation=")[2]
    asked = Operation.objects.get(pk=operation)
    assert (asked.action, asked.parameters) == ("set-parameters", {"values": {"MeterValueSampleInterval": "60"}})
    configuration = Configuration.objects.get(station=station)
    assert configuration.entered_at
    assert configuration.status == ConfigurationStatus.DEFINED_BY_USER
    assert [c.maximum_power_w for c in station.connectors.all()] == [22_080]
    assert station.parameters.get(key="MeterValueSampleInterval").wanted_value == "60"
    text = operator.get(f"{at(station, 'done')}&operation={operation}").text
    assert "What comes next" in text
    assert reverse("catalogue:save", args=[station.pk]) not in text


def test_errors_stand_at_their_fields_and_nothing_is_lost(operator, station):
    text = operator.post(at(station, "connectors"), row(voltage_v="", current_a="17.5")).text
    assert "This is needed." in text
    assert "17.5" in text
    assert "17.5" in operator.get(at(station, "connectors")).text
    assert operator.get(at(station, "review")).url == at(station, "connectors")
    operator.post(at(station, "connectors"), row())
    text = operator.post(at(station, "parameters"), parameters(MeterValueSampleInterval="often")).text
    assert "often" in text
    assert "invalid-feedback" in text
    assert operator.get(at(station, "review")).url == at(station, "parameters")
    back = operator.post(at(station, "parameters"), parameters(MeterValueSampleInterval="61") | {"back": "1"})
    assert back.url == at(station, "connectors")
    assert 'value="61"' in operator.get(at(station, "parameters")).text


def test_a_connector_more_is_a_row_more(operator, station):
    text = operator.post(at(station, "connectors"), row() | {"add": "1"}).text
    assert 'name="connectors-1-voltage_v"' in text


def test_a_similar_model_gives_connectors_and_parameters(operator, station):
    known_model()
    assert "Choose a model first." in operator.post(at(station, "start"), {"start": "model"}).text
    operator.post(at(station, "start"), {"start": "model", "model": "maker-twin"})
    assert "Filled in from Maker Twin" in operator.get(at(station, "connectors")).text
    operator.post(at(station, "connectors"), row())
    assert "VendorKey" in operator.get(at(station, "parameters")).text


def test_what_the_station_has_already_is_not_sent(operator, station):
    learn_reported(station, [ReportedParameter("MeterValueSampleInterval", "60", read_only=False)], timezone.now())
    operator.post(at(station, "connectors"), row())
    assert "The station has this value already." in html.unescape(operator.get(at(station, "parameters")).text)
    operator.post(at(station, "parameters"), parameters(MeterValueSampleInterval="60"))
    assert operator.post(at(station, "review")).url == at(station, "done")
    assert not Operation.objects.exists()


def test_reading_needs_a_connected_station_and_says_so(operator, station):
    operator.post(at(station, "connectors"), row())
    response = operator.post(at(station, "parameters"), {"read": "1"}, follow=True)
    assert "not connected" in response.text
    assert not Operation.objects.exists()


def test_nothing_is_called_done_before_it_is(operator, station):
    assert operator.get(at(station, "done")).url == at(station, "start")


def test_power_is_said_while_it_is_typed(operator, station):
    text = operator.post(at(station, "connectors"), row(current_a="16") | {"powers": "1"}).text
    assert "11040 W (3 × 230 V × 16 A)" in text
    assert "<html" not in text
