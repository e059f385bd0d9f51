"""Selecting stations, the page before a bulk operation and the page that follows it."""

import csv
import io
import re

import pytest
from django.urls import reverse

from emobility.common.actions import actions
from emobility.common.runs import to_runs
from stations.enums import OperationSource, OperationState
from stations.models import BulkOperation, ChargingStation, Operation
from stations.services import bulk_operations
from stations.services.configuration import set_parameters
from tests.support.factories import (
    BulkOperationFactory,
    ChargingSessionFactory,
    ChargingStationFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    OperationFactory,
)

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
BULK = [action for action in actions() if action.is_bulk]
RESET = "/operations/bulk/reset/"


@pytest.fixture
def connect(world):
    """``connect(n)``: so many of our stations, connected, each with a connector and a session."""
    endpoint = EndpointProcessFactory()

    def make(count: int) -> list[ChargingStation]:
        made = ChargingStationFactory.create_batch(count, site_area=world.ours.area, endpoint=endpoint)
        for station in made:
            ChargingSessionFactory(connector=ConnectorFactory(evse=EVSEFactory(station=station)))
        return made

    return make


def pks(*stations: ChargingStation) -> list[int]:
    return [station.pk for station in stations]


def test_rows_can_be_selected_by_operators_only(operator, viewer, world):
    box = f'name="station" value="{world.ours.station.pk}" form="bulk-form"'
    assert box in operator.get("/stations/").text
    page = viewer.get("/stations/").text
    assert "bulk-form" not in page
    assert "select-page" not in page


def test_the_bar_offers_every_action_for_many(operator):
    page = operator.get("/stations/").text
    assert {reverse("operations:bulk", args=[a.name]) for a in BULK} == set(re.findall(r'formaction="([^"]+)"', page))


def test_the_selection_of_all_carries_the_filter(operator, world):
    page = operator.get("/stations/", {"q": "ours", "vendor": "", "sort": "-identity", "page": "1"}).text
    assert "Select the 1 station that matches the filter" in page
    assert '<input type="hidden" name="q" value="ours" form="bulk-form">' in page
    assert '<input type="hidden" name="sort" value="-identity" form="bulk-form">' not in page


def test_preview_names_asked_skipped_and_sessions(operator, world, connect):
    first, second = connect(2)
    response = operator.get(RESET, {"station": pks(first, second, world.ours.station)})
    page = response.text
    assert (response.context["asked"].count, response.context["skipped"], response.context["sessions"]) == (2, 1, 2)
    for text in (first.identity, "1 skipped: The station is not connected.", "OURS-1", "2 stations where sessions end"):
        assert text in page
    assert "Reset: 2 stations" in page
    assert not Operation.objects.exists()


def test_all_that_match_the_filter(operator, world, connect):
    connect(3)
    response = operator.get(RESET, {"all": "1", "q": "cs-", "connection": "connected"})
    assert response.context["asked"].count == 3
    assert operator.get(RESET, {"all": "1", "connection": "zzz"}).context["asked"].count == 0


@pytest.mark.parametrize("query", ["", "station=x", "station=-1", "station=" + "9" * 30, "stations=1-", "stations=9-1"])
def test_nonsense_selects_nothing(operator, query):
    response = operator.get(f"{RESET}?{query}")
    assert response.status_code == 200
    assert "No station is selected" in response.text


@pytest.mark.parametrize("name", ["nothing", "unlock-connector"])
def test_only_actions_for_many_have_the_page(operator, name):
    assert operator.get(f"/operations/bulk/{name}/").status_code == 404


@pytest.mark.parametrize("action", BULK, ids=lambda action: action.name)
def test_every_action_has_its_page(operator, connect, action):
    stations = connect(1)
    response = operator.get(reverse("operations:bulk", args=[action.name]), {"station": pks(*stations)})
    assert response.status_code == 200
    assert str(action.effect) in response.text.replace("&#x27;", "'")


def test_the_preview_counts_the_values_that_change_and_lists_them(operator, connect):
    first, second = connect(2)
    set_parameters(second, {"MeterValueSampleInterval": "60"}, actor=None, source=OperationSource.PORTAL)
    url = reverse("operations:bulk", args=["set-parameters"])
    link = {"station": pks(first, second), "parameters-values": "MeterValueSampleInterval = 60\nVendorKey = x"}
    response = operator.get(url, link)
    assert response.context["parameters"]["values"].value() == link["parameters-values"]
    assert (response.context["changed"].count, response.context["changed_values"]) == (2, 3)
    for shown in ("2 stations where values change (3)", "2 values", "1 value<", "VendorKey"):
        assert shown in response.text
    sent = {"stations": to_runs(pks(second)), "preview": "1", "parameters-values": "MeterValueSampleInterval = 60"}
    response = operator.post(url, sent)
    assert "Nothing changes: the stations have these values already." in response.text
    assert response.context["form"]["per_minute"].value() == 600
    assert not Operation.objects.exists()


def test_only_of_the_first_stations_each_change_is_listed(operator, connect, monkeypatch):
    monkeypatch.setattr(bulk_operations, "CHANGES_OF", 1)
    stations = connect(3)
    link = {"station": pks(*stations), "parameters-values": "VendorKey = x"}
    response = operator.get(reverse("operations:bulk", args=["set-parameters"]), link)
    assert response.text.count('<details class="station-changes">') == 1
    assert response.context["changed_values"] == 3


def test_start_queues_and_leads_to_the_progress(operator, world, connect):
    stations = connect(2)
    values = {"stations": to_runs(pks(*stations, world.ours.station)), "reason": "Hot day", "per_minute": "60"}
    response = operator.post(RESET, values)
    bulk = BulkOperation.objects.get()
    assert response.url == reverse("operations:bulk-detail", args=[bulk.pk])
    assert (bulk.actor, bulk.source, bulk.reason, bulk.per_minute) == (world.operator, "portal", "Hot day", 60)
    assert [operation.station for operation in bulk.operations.order_by("pk")] == stations
    assert [each["identity"] for each in bulk.skipped] == ["OURS-1"]


def test_start_takes_the_selection_of_the_address(operator, connect):
    (station,) = connect(1)
    assert operator.post(f"{RESET}?station={station.pk}").status_code == 302
    assert Operation.objects.get().station == station


def test_parameters_are_asked_for_and_checked(operator, connect):
    (station,) = connect(1)
    url, selection = reverse("operations:bulk", args=["data-transfer"]), to_runs(pks(station))
    assert operator.get(url, {"station": station.pk}).context["asked"].count == 1
    response = operator.post(url, {"stations": selection})
    assert response.status_code == 200
    assert "vendor_id" in response.context["parameters"].errors
    assert not Operation.objects.exists()
    assert operator.post(url, {"stations": selection, "parameters-vendor_id": "acme"}).status_code == 302
    assert Operation.objects.get().parameters == {"vendor_id": "acme"}


def test_preview_of_what_was_entered(operator, connect):
    with_session, without = connect(2)
    without.sessions.all().delete()
    values = {
        "preview": "1",
        "stations": to_runs(pks(with_session, without)),
        "parameters-purpose": "session",
        "parameters-connector": "1",
        "parameters-periods": '[{"start_s": 0, "limit": 16}]',
        "parameters-stack_level": "0",
        "parameters-unit": "A",
        "parameters-kind": "absolute",
    }
    url = reverse("operations:bulk", args=["set-charging-plan"])
    response = operator.post(url, values, headers={"HX-Request": "true", "HX-Target": "bulk-preview"})
    assert response.text.strip().startswith('<section id="bulk-preview"')
    assert "No session runs on connector 1." in response.text
    assert response.context["asked"].count == 1
    assert not Operation.objects.exists()


@pytest.mark.parametrize("pace", ["0", "6001", "x"])
def test_a_pace_out_of_bounds_is_refused(operator, connect, pace):
    (station,) = connect(1)
    response = operator.post(RESET, {"stations": str(station.pk), "per_minute": pace})
    assert "per_minute" in response.context["form"].errors
    assert not Operation.objects.exists()


def test_nobody_left_to_ask_is_a_conflict(operator, world):
    response = operator.post(RESET, {"stations": str(world.ours.station.pk)})
    assert response.status_code == 409
    assert "None of these stations can be asked now." in response.text


def test_viewer_may_not(viewer, connect):
    (station,) = connect(1)
    assert viewer.get(RESET, {"station": station.pk}).status_code == 403
    assert viewer.post(RESET, {"stations": str(station.pk)}).status_code == 403
    assert not Operation.objects.exists()


def test_stranger_reaches_nothing(stranger, world, connect):
    (station,) = connect(1)
    assert station.identity not in stranger.get(RESET, {"station": station.pk}).text
    assert stranger.post(RESET, {"stations": str(station.pk)}).status_code == 409
    assert not Operation.objects.exists()


@pytest.mark.parametrize(("is_staff", "source"), [(True, "admin"), (False, "portal")])
def test_the_source_is_the_admin_for_staff_only(operator, world, connect, is_staff, source):
    world.operator.is_staff = is_staff
    world.operator.save()
    (station,) = connect(1)
    page = operator.get(RESET, {"station": station.pk, "source": "admin"})
    assert f'name="source" value="{source}"' in page.text
    operator.post(RESET, {"stations": str(station.pk), "source": "admin"})
    assert BulkOperation.objects.get().source == source
    assert operator.post(RESET, {"stations": str(station.pk), "source": "system"}).status_code == 200


@pytest.fixture
def bulk(world, connect) -> BulkOperation:
    """One of every state, one skipped, and one of a foreign station."""
    stations = connect(len(OperationState))
    skipped = [{"station": s.pk, "identity": s.identity, "reason": "Why"} for s in (world.ours.station, stations[0])]
    bulk = BulkOperationFactory(actor=world.operator, skipped=skipped, reason="Hot day")
    for station, state in zip(stations, OperationState, strict=True):
        OperationFactory(station=station, bulk=bulk, state=state, answer="Word", error="=Trouble")
    OperationFactory(station=world.theirs.station, bulk=bulk)
    return bulk


def url_of(bulk: BulkOperation, page: str = "detail") -> str:
    return reverse(f"operations:bulk-{page}", args=[bulk.pk])


def test_progress_counts_what_is_in_scope(operator, bulk):
    response = operator.get(url_of(bulk))
    assert "5 of 7 stations settled" in response.text
    assert '<progress class="bulk-progress" max="7" value="5"' in response.text
    assert "THEIRS-1" not in response.text
    assert "Hot day" in response.text
    assert {value: count for value, _label, count in response.context["choices"]}[""] == 7


@pytest.mark.parametrize("state", OperationState.values)
def test_outcomes_by_state(operator, bulk, state):
    response = operator.get(url_of(bulk), {"state": state})
    assert [row.record.state for row in response.context["table"].paginated_rows] == [state]


def test_skipped_are_listed_with_the_reason(operator, bulk):
    response = operator.get(url_of(bulk), {"state": "skipped"})
    assert "OURS-1" in response.text
    assert "Why" in response.text
    assert operator.get(url_of(bulk), {"state": "skipped", "page": "zzz", "per_page": "0"}).status_code == 200


def test_htmx_gets_the_live_part_alone(operator, bulk):
    response = operator.get(url_of(bulk), headers={"HX-Request": "true", "HX-Target": "bulk-live"})
    assert response.text.strip().startswith('<div id="bulk-live" data-live="operations"')


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_stations(operator, world, connect, django_assert_max_num_queries, count):
    bulk = BulkOperationFactory()
    for station in connect(count):
        OperationFactory(station=station, bulk=bulk)
    with django_assert_max_num_queries(15):
        assert operator.get(url_of(bulk)).status_code == 200
    with django_assert_max_num_queries(15):
        query = {"station": list(ChargingStation.objects.values_list("pk", flat=True))}
        assert operator.get(RESET, query).context["asked"].count == count


def test_csv_has_every_outcome_and_those_skipped(operator, bulk, world):
    response = operator.get(url_of(bulk), {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert sorted(row["state"] for row in rows) == sorted([*OperationState.values, "skipped", "skipped"])
    assert rows[0]["error"] == "'=Trouble"
    assert {row["station"] for row in rows if row["state"] == "skipped"} >= {"OURS-1"}
    assert "THEIRS-1" not in {row["station"] for row in rows}


def test_cancel_withdraws_the_rest(operator, viewer, bulk):
    assert viewer.post(url_of(bulk, "cancel")).status_code == 403
    assert operator.get(url_of(bulk, "cancel")).status_code == 405
    response = operator.post(url_of(bulk, "cancel"), follow=True)
    assert "1 operation was cancelled." in response.text
    assert Operation.objects.filter(state=OperationState.QUEUED).get().station.identity == "THEIRS-1"


def test_retry_shows_a_preview_and_asks_again(operator, viewer, bulk, world):
    assert viewer.get(url_of(bulk, "retry")).status_code == 403
    response = operator.get(url_of(bulk, "retry"))
    assert response.context["asked"].count == 4
    assert not BulkOperation.objects.exclude(pk=bulk.pk).exists()
    response = operator.post(url_of(bulk, "retry"), {"reason": "Again", "per_minute": "6"})
    again = BulkOperation.objects.latest("pk")
    assert response.url == url_of(again)
    assert (again.reason, again.per_minute, again.operations.count()) == ("Again", 6, 4)


def test_viewer_sees_the_progress_and_no_buttons(viewer, bulk):
    page = viewer.get(url_of(bulk)).text
    assert url_of(bulk, "retry") not in page
    assert 'data-dialog="bulk-cancel"' not in page


def test_stranger_finds_no_bulk_operation_of_ours(stranger, world, connect):
    bulk = BulkOperationFactory()
    OperationFactory(station=connect(1)[0], bulk=bulk)
    for page, method in (("detail", "get"), ("retry", "get"), ("retry", "post"), ("cancel", "post")):
        assert getattr(stranger, method)(url_of(bulk, page)).status_code == 404


def test_secrets_of_the_parameters_are_masked(operator, connect):
    bulk = BulkOperationFactory(action="get-diagnostics", parameters={"location": "ftp://me:secret@files.example/"})
    OperationFactory(station=connect(1)[0], bulk=bulk, state=OperationState.FAILED)
    for page in ("detail", "retry"):
        text = operator.get(url_of(bulk, page)).text
        assert "files.example" in text
        assert "secret" not in text


def test_anonymous_is_sent_to_login(client, bulk):
    for url in (RESET, url_of(bulk), url_of(bulk, "retry")):
        assert client.get(url).url.split("?")[0] == reverse("account_login")


def test_sources_of_pages_are_sources_of_operations():
    assert {"portal", "admin"} <= set(OperationSource.values)
