"""Stations that boot are compared with the catalogue, configured at first, kept up to date later."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from stations.enums import ConfigurationStatus, EffectState, OperationSource, OperationState
from stations.models import ChargingStation, Configuration, OcppParameter, Operation, StationModel
from stations.services.catalogue import delete_model
from stations.services.configuration import mark_entered, set_parameters
from stations.services.configuration_upkeep import reboot_waiting, review_stations, send_waiting
from stations.services.operation_upkeep import follow_effects
from tests.support.commands import TIMED_OUT, answered, ask, connected_station
from tests.support.factories import ChargingSessionFactory
from tests.support.models import RECOMMENDED, known_model

pytestmark = pytest.mark.django_db
TAKEN, REBOOT = {"status": "Accepted"}, {"status": "RebootRequired"}


@pytest.fixture
def station():
    return connected_station(
        vendor="Maker", model="Twin", firmware_version="1.0", ocpp_version="1.6", rebooted_at=timezone.now()
    )


def boot(station, **facts) -> None:
    ChargingStation.objects.filter(pk=station.pk).update(rebooted_at=timezone.now(), **facts)


def configuration_of(station) -> Configuration:
    return Configuration.objects.get(station=station)


def asked(station) -> list[str]:
    return list(Operation.objects.filter(station=station).order_by("pk").values_list("action", flat=True))


def wanted(station) -> dict[str, str]:
    found = OcppParameter.objects.filter(station=station, wanted_value__isnull=False)
    return dict(found.values_list("key", "wanted_value"))


def answer_all(station, *answers) -> None:
    """The station answers all that is asked of it: what is read with nothing, what is written with ``answers``."""
    for operation in Operation.objects.filter(station=station, state=OperationState.QUEUED).order_by("pk"):
        reads = operation.action == "pull-parameters"
        given = [{"configurationKey": []}] * len(operation.requests) if reads else answers
        answered(operation, *given)
    follow_effects()


def test_new_station_of_a_known_model_is_configured_read_written_and_restarted(station):
    model = known_model()
    assert review_stations() == 1
    found = configuration_of(station)
    assert (found.status, found.station_model) == (ConfigurationStatus.DEFINED_BY_SYSTEM, model)
    assert found.match_reasons == ["vendor is “Maker”", "model is “Twin”"]
    assert wanted(station) == RECOMMENDED
    assert asked(station) == ["pull-parameters"]
    assert send_waiting() == 0, "one thing after the other"
    answer_all(station)
    assert send_waiting() == 1
    answer_all(station, TAKEN, REBOOT, TAKEN)
    assert [send_waiting(), reboot_waiting(), reboot_waiting()] == [0, 1, 0]
    assert asked(station) == ["pull-parameters", "push-parameters", "reset"]
    answer_all(station, TAKEN)
    boot(station)
    assert [review_stations(), review_stations()] == [1, 0]
    assert not OcppParameter.objects.filter(awaits_reboot=True).exists()
    assert not OcppParameter.objects.filter(differs=True).exists()


def test_station_where_somebody_charges_is_not_restarted(station):
    known_model()
    review_stations()
    answer_all(station)
    send_waiting()
    answer_all(station, REBOOT, TAKEN, TAKEN)
    session = ChargingSessionFactory(connector=station.connectors.first())
    assert reboot_waiting() == 0
    session.delete()
    assert reboot_waiting() == 1


def test_unknown_model_is_read_and_left_to_people(station):
    review_stations()
    found = configuration_of(station)
    assert (found.status, found.matching_model, found.pushes_left) == (ConfigurationStatus.DEFINED_BY_USER, None, 0)
    assert asked(station) == ["pull-parameters"]


def test_model_added_later_is_offered_not_imposed(station):
    review_stations()
    model = known_model()
    assert configuration_of(station).offered_model == model
    boot(station)
    review_stations()
    found = configuration_of(station)
    assert (found.status, found.station_model, wanted(station)) == (ConfigurationStatus.DEFINED_BY_USER, None, {})


def test_model_taken_out_of_the_catalogue_is_offered_no_more(station):
    review_stations()
    delete_model(known_model(), actor=None)
    assert configuration_of(station).offered_model is None


def test_what_somebody_entered_before_the_first_boot_stays(station):
    mark_entered([station])
    known_model()
    review_stations()
    assert configuration_of(station).status == ConfigurationStatus.DEFINED_BY_USER
    assert wanted(station) == {}


def test_new_firmware_brings_its_own_recommendation(station):
    known_model(parameters=[{"values": {"A": "1"}}, {"firmware_version": ["2.*"], "values": {"A": "2", "B": "3"}}])
    review_stations()
    answer_all(station)
    send_waiting()
    answer_all(station, TAKEN)
    boot(station, firmware_version="2.1")
    review_stations()
    assert (wanted(station), configuration_of(station).status) == ({"A": "2", "B": "3"}, "defined_by_system")
    answer_all(station)
    assert send_waiting() == 1


def test_new_firmware_does_not_overwrite_what_somebody_set(station):
    known_model(parameters=[{"values": {"A": "1"}}, {"firmware_version": ["2.*"], "values": {"A": "2"}}])
    review_stations()
    set_parameters(station, {"A": "9"}, actor=None, source=OperationSource.SYSTEM)
    boot(station, firmware_version="2.1")
    review_stations()
    row = OcppParameter.objects.get(station=station, key="A")
    assert (row.wanted_value, row.recommended_value) == ("9", "2")
    assert configuration_of(station).status == ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN


def test_other_hardware_under_the_same_identity_is_not_configured_by_itself(station):
    known_model()
    review_stations()
    other = known_model(id="maker-other", matches=[{"vendor": ["Maker"], "model": ["Other"]}])
    boot(station, model="Other")
    review_stations()
    found = configuration_of(station)
    assert (found.offered_model, found.station_model.slug) == (other, "maker-twin")


def test_station_that_is_away_or_disabled_is_left_alone(station):
    known_model()
    review_stations()
    Operation.objects.all().delete()
    ChargingStation.objects.filter(pk=station.pk).update(enabled=False)
    assert send_waiting() == 0
    ChargingStation.objects.filter(pk=station.pk).update(enabled=True)
    station.endpoint.renewed_at = timezone.now() - timedelta(minutes=1)
    station.endpoint.save()
    assert send_waiting() == 0


def test_two_processes_keep_an_answer_once(station):
    known_model()
    review_stations()
    operation = Operation.objects.get()
    answered(operation, {"configurationKey": []})
    Operation.objects.filter(pk=operation.pk).update(effect=EffectState.SEEN)
    follow_effects()
    assert not OcppParameter.objects.filter(pulled_at__isnull=False).exists()


def test_boot_that_changes_nothing_costs_next_to_nothing(station, django_assert_num_queries):
    known_model()
    review_stations()
    answer_all(station)
    boot(station)
    with django_assert_num_queries(3):
        assert review_stations() == 1
    assert asked(station) == ["pull-parameters"]


def test_article_number_in_the_second_serial_number_tells_the_model(station):
    model = known_model(matches=[{"vendor": ["Maker"], "model": ["Twin"], "serial_number": ["EV.2S22*"]}])
    ChargingStation.objects.filter(pk=station.pk).update(serial_number="3N15", box_serial_number="EV.2S22P44")
    review_stations()
    assert configuration_of(station).station_model == model


def test_parameters_are_read_again_at_a_boot_when_the_last_time_was_long_ago(station):
    review_stations()
    answer_all(station)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        station.endpoint.renewed_at = timezone.now()
        station.endpoint.save()
        boot(station)
        review_stations()
    assert asked(station) == ["pull-parameters", "pull-parameters"]


def test_station_that_cannot_be_configured_keeps_nobody_waiting(station):
    other = connected_station(vendor="Maker", model="Other", ocpp_version="1.6", rebooted_at=timezone.now())
    known_model()
    good = known_model(id="maker-other", matches=[{"vendor": ["Maker"], "model": ["Other"]}])
    StationModel.objects.filter(slug="maker-twin").update(slug="renamed-by-hand")
    assert [review_stations(), review_stations()] == [2, 0]
    assert configuration_of(station).station_model is None
    assert configuration_of(other).station_model == good


def test_what_somebody_has_only_saved_is_not_sent_with_what_waits(station):
    review_stations()
    answer_all(station)
    set_parameters(station, {"Saved": "1"}, actor=None, source=OperationSource.SYSTEM)
    answered(ask(station, "set-parameters", values={"Sent": "1"}), verdict=TIMED_OUT)
    follow_effects()
    assert send_waiting() == 1
    [request] = Operation.objects.get(action="push-parameters").requests
    assert request[1]["key"] == "Sent"
