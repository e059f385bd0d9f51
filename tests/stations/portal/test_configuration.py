"""Whose configuration a station has, what to do about it, what changes, and the way back."""

import html

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.configuration.changes import Change
from stations.enums import ChangeCause, ConfigurationStatus, OperationSource
from stations.models import EVSE, ChargingStation, Configuration, ConfigurationChange, OcppParameter, Operation
from stations.services.configuration import set_parameters, use_system_configuration
from tests.support.factories import ChargingStationFactory, ConfigurationChangeFactory, EndpointProcessFactory
from tests.support.models import known_model, of_known_model

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
BY = {"actor": None, "source": OperationSource.PORTAL}
USE = "use-system-configuration"


@pytest.fixture
def station(world) -> ChargingStation:
    """Ours, of the model *Maker Twin*, which the catalogue does not have yet."""
    facts = {"vendor": "Maker", "model": "Twin", "rebooted_at": timezone.now(), "endpoint": EndpointProcessFactory()}
    ChargingStation.objects.filter(pk=world.ours.station.pk).update(**facts)
    world.ours.station.refresh_from_db()
    return world.ours.station


def page(client, station, tab: str = "", **headers) -> str:
    url = reverse("stations:tab", args=[station.pk, tab]) if tab else reverse("stations:detail", args=[station.pk])
    return html.unescape(client.get(url, headers=headers).text)


def set_here(station, **values) -> ConfigurationChange:
    row = set_parameters(station, values, **BY)
    assert row is not None
    return row


# Status


def test_the_list_shows_filters_and_downloads_the_status(viewer, world, station):
    ChargingStationFactory(identity="NO-ROW", site_area=world.ours.area)
    Configuration.objects.create(station=station, status=ConfigurationStatus.DEFINED_BY_SYSTEM)
    text = viewer.get("/stations/").text
    assert text.count("Defined by System</span>") == text.count("Defined by User</span>") == 1
    for status, identity in (("defined_by_system", "OURS-1"), ("defined_by_user", "NO-ROW")):
        found = viewer.get("/stations/", {"configuration": status}).context["table"].rows
        assert [row.record.identity for row in found] == [identity]
    assert viewer.get("/stations/", {"sort": "-configuration_status"}).status_code == 200
    assert "Defined by System" in b"".join(viewer.get("/stations/", {"export": "csv"})).decode()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list_do_not_grow(viewer, world, django_assert_num_queries, count):
    for _number in range(count):
        of_known_model(ChargingStationFactory(site_area=world.ours.area))
    with django_assert_num_queries(12):
        viewer.get("/stations/")


def test_the_page_says_which_model_and_why(viewer, station):
    known_model()
    text = page(viewer, station)
    assert reverse("catalogue:detail", args=["maker-twin"]) in text
    assert "vendor is “Maker”; model is “Twin”" in text
    assert 'popovertarget="help-configuration-station_model-' in text


# What to do


def test_an_unknown_model_wants_its_configuration_entered(operator, station):
    text = page(operator, station)
    assert "The catalogue does not know this model" in text
    assert "The model of the station is not in the catalogue." in text
    Configuration.objects.update_or_create(station=station, defaults={"entered_at": timezone.now()})
    assert "The catalogue does not know this model" not in page(operator, station)


def test_a_station_that_never_booted_is_not_called_unknown(operator, world):
    assert "does not know this model" not in page(operator, world.ours.station)


def test_a_model_that_fits_is_offered_with_what_it_changes(operator, viewer, station):
    known_model()
    text = page(operator, station)
    for shown in ("The catalogue knows this model", "Maker Twin", "Why it matched", "values would change", "VendorKey"):
        assert shown in text
    url = reverse("stations:action", args=[station.pk, USE])
    assert f'id="notice-use" href="{url}"' in text
    assert f'href="{url}"' not in page(viewer, station)


def test_overwritten_values_are_listed_and_nothing_is_said_when_all_is_well(operator, station):
    use_system_configuration(station, known_model(), **BY)
    assert 'class="notice' not in page(operator, station)
    set_here(station, VendorKey="mine")
    text = page(operator, station)
    assert "1 value is overwritten" in text
    assert "System Values Overwritten</span>" in text


# Previews


def preview(client, station, name: str, **parameters: str) -> str:
    url = reverse("stations:action", args=[station.pk, name])
    values = {"preview": "1"} | {f"parameters-{key}": text for key, text in parameters.items()}
    return html.unescape(client.post(url, values, headers={"HX-Request": "true", "HX-Target": "action-preview"}).text)


def test_the_dialog_lists_every_change_by_what_it_is_about(operator, station):
    known_model()
    text = page_of = html.unescape(operator.get(reverse("stations:action", args=[station.pk, USE])).text)
    for shown in (
        "Station (",
        "Connectors (",
        "OCPP parameters (3)",
        "Connector 2",
        "Type 2",
        "MeterValueSampleInterval",
    ):
        assert shown in page_of
    assert "EVSEs (1)" in text
    assert not Operation.objects.exists()


def test_the_preview_follows_what_is_entered(operator, station):
    set_here(station, MeterValueSampleInterval="60")
    name = "set-parameters"
    assert "1 value changes" in preview(operator, station, name, values="MeterValueSampleInterval = 30")
    assert "Nothing changes" in preview(operator, station, name, values="MeterValueSampleInterval = 60")
    assert "Write a whole number." in preview(operator, station, name, values="MeterValueSampleInterval = often")
    assert "Line 1: write Name = value." in preview(operator, station, name, values="what")
    assert "what changes is shown here" in preview(operator, station, name)
    assert not Operation.objects.exists()


def test_a_station_that_is_away_gets_its_values_later(operator, station):
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=None)
    assert "sent as soon as it is back" in preview(operator, station, "set-parameters", values="A = 1")


def test_values_of_the_dialog_reach_the_operation(operator, station):
    url = reverse("stations:action", args=[station.pk, "set-parameters"])
    operator.post(url, {"parameters-values": "MeterValueSampleInterval = 30\n\nVendorKey = a = b"})
    assert Operation.objects.get().parameters == {"values": {"MeterValueSampleInterval": "30", "VendorKey": "a = b"}}


# History


def test_the_history_tells_who_changed_what_and_hides_secrets(viewer, world, station):
    set_parameters(station, {"VendorKey": "new", "VendorPassword": "hunter2"}, actor=world.operator, source="portal")
    text = page(viewer, station, "history")
    for shown in ("Edited", "by operator", "2 values changed", "VendorKey", "new", "•••"):
        assert shown in text
    assert "hunter2" not in text
    assert "Only operators of the station may take changes back." in text


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_history_do_not_grow(viewer, station, django_assert_num_queries, count):
    for number in range(count):
        set_here(station, VendorKey=str(number))
    with django_assert_num_queries(10):
        page(viewer, station, "history")


def take_back(station, change) -> str:
    return reverse("stations:take-back", args=[station.pk, change.pk])


def test_a_change_is_shown_before_it_is_taken_back(operator, viewer, station):
    set_here(station, VendorKey="first")
    change = set_here(station, VendorKey="second", VendorPassword="hunter2")
    url = take_back(station, change)
    assert viewer.get(url).status_code == viewer.post(url).status_code == 403
    text = operator.get(url).text
    for shown in ("1 value changes", "second", "first", "1 value stays as it is"):
        assert shown in text
    answer = operator.post(url, follow=True)
    assert reverse("stations:action", args=[station.pk, "push-parameters"]) in answer.text
    assert OcppParameter.objects.get(station=station, key="VendorKey").wanted_value == "first"
    assert ConfigurationChange.objects.filter(station=station).first().cause == ChangeCause.REVERTED


def test_what_changed_since_then_is_told(operator, station):
    set_here(station, VendorKey="first")
    change = set_here(station, VendorKey="second")
    set_here(station, VendorKey="third")
    text = operator.get(take_back(station, change)).text
    assert "1 value was changed again since then" in text
    assert "third" in text
    set_here(station, VendorKey="first")
    assert (
        "Nothing changes: the values from before are in force already." in operator.get(take_back(station, change)).text
    )


def test_secrets_alone_cannot_be_taken_back(operator, station):
    set_here(station, VendorPassword="hunter2")
    assert "the values of secrets are not kept" in page(operator, station, "history")


def test_what_stands_in_the_way_is_said(operator, world, station):
    """Another EVSE has the eMI³ id by now that this one had before."""
    world.theirs.evse.emi3_id = "DE*ABC*E1"
    world.theirs.evse.save()
    EVSE.objects.filter(pk=world.ours.evse.pk).update(emi3_id="DE*ABC*E2")
    kept = Change("evse", "1", "emi3_id", "DE*ABC*E1", "DE*ABC*E2").kept()
    change = ConfigurationChangeFactory(station=station, changes=[kept])
    answer = operator.post(take_back(station, change))
    assert answer.status_code == 409
    assert "Another EVSE has the eMI³ id DE*ABC*E1." in answer.text


def test_a_change_belongs_to_its_station(operator, world, station):
    theirs = set_here(world.theirs.station, VendorKey="x")
    assert operator.get(take_back(station, theirs)).status_code == 404
    assert operator.get(take_back(world.theirs.station, theirs)).status_code == 404
