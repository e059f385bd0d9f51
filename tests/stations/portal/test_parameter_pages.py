"""OCPP parameters of many stations: export, import with its dry run, drift report, copying to others."""

import csv
import html
import io

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from stations.commands import ReportedParameter
from stations.configuration.changes import MASK
from stations.enums import OperationSource
from stations.models import BulkOperation, ChargingStation, OcppParameter
from stations.services.configuration import set_parameters, use_system_configuration
from stations.services.parameters import learn_reported
from tests.support.factories import ChargingStationFactory, EndpointProcessFactory
from tests.support.models import known_model

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
EXPORT, IMPORT, DRIFT = "/parameters/export/", "/parameters/import/", "/parameters/drift/"
BY = {"actor": None, "source": OperationSource.SYSTEM}


def twin(world, identity: str, **values) -> ChargingStation:
    """A station of the known model, connected."""
    return ChargingStationFactory(
        identity=identity, site_area=world.ours.area, vendor="Maker", model="Twin", ocpp_version="1.6",
        endpoint=EndpointProcessFactory(), **values,
    )  # fmt: skip


def drifting(world, identity: str) -> ChargingStation:
    """It has the recommended configuration here, and reports another interval."""
    station = twin(world, identity)
    use_system_configuration(station, known_model(), **BY)
    reported = [
        ReportedParameter("MeterValueSampleInterval", "30", False),
        ReportedParameter("LocalPreAuthorize", "1", False),
        ReportedParameter("VendorKey", "x", False),
    ]
    learn_reported(ChargingStation.objects.get(pk=station.pk), reported, timezone.now())
    return station


def rows(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


def sent_file(text: str) -> dict:
    return {"file": SimpleUploadedFile("values.csv", text.encode())}


def identities(response) -> list[str]:
    return [row.record.identity for row in response.context["table"].paginated_rows]


def wanted(key: str) -> str | None:
    return OcppParameter.objects.filter(key=key).values_list("wanted_value", flat=True).first()


# Export


def test_the_export_has_the_stations_of_the_filter_and_no_secrets(viewer, world):
    one, other = twin(world, "TWIN-1"), twin(world, "OTHER-1")
    set_parameters(one, {"AuthorizationKey": "0123456789abcdef", "Text": "=1+1"}, **BY)
    set_parameters(other, {"Text": "x"}, **BY)
    set_parameters(world.theirs.station, {"Text": "x"}, **BY)
    found = rows(viewer.get(EXPORT, {"all": "1", "q": "TWIN-1"}))
    assert [(row["station"], row["key"], row["active_value"]) for row in found] == [
        ("TWIN-1", "AuthorizationKey", MASK),
        ("TWIN-1", "Text", "'=1+1"),
    ]
    assert {row["station"] for row in rows(viewer.get(EXPORT, {"all": "1"}))} == {"TWIN-1", "OTHER-1"}
    assert rows(viewer.get(EXPORT, {"station": world.theirs.station.pk})) == []


def test_the_station_list_offers_the_parameters_of_what_it_shows(viewer, world):
    assert "/parameters/export/?q=ours&amp;all=1" in viewer.get("/stations/", {"q": "ours", "per_page": "50"}).text


def test_an_export_can_be_imported_and_changes_nothing(operator, world):
    set_parameters(twin(world, "TWIN-1"), {"AuthorizationKey": "0123456789abcdef", "Text": "=1+1"}, **BY)
    text = b"".join(operator.get(EXPORT, {"all": "1"})).decode()
    plan = operator.post(IMPORT, sent_file(text)).context["plan"]
    assert (plan.changed, plan.same, plan.wrong) == (0, 1, [])


# Import


def test_the_dry_run_shows_what_would_change_and_why_not(operator, world):
    text = "station,key,value\nOURS-1,VendorKey,1\nOURS-1,LightIntensity,101\nNOWHERE,A,1\nOURS-1,AuthorizationKey,hunter2hunter2hu\n"
    response = operator.post(IMPORT, sent_file(text))
    shown = html.unescape(response.text)
    for words in ("2 values change", "2 lines cannot be taken", "At most 100.", "You see no station", MASK):
        assert words in shown
    assert wanted("VendorKey") is None
    assert "hunter2" not in shown.replace(response.context["content"], "")


def test_the_confirmed_import_sets_the_values_and_goes_on_to_sending_them(operator, world):
    station = twin(world, "TWIN-1")
    content = operator.post(IMPORT, sent_file("station,key,value\r\nTWIN-1,VendorKey,1\r\n")).context["content"]
    response = operator.post(IMPORT, {"content": content, "confirm": "send"})
    assert wanted("VendorKey") == "1"
    assert response.url == f"/operations/bulk/push-parameters/?stations={station.pk}"
    assert operator.get(response.url).context["asked"].count == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Choose a file."),
        (sent_file("nothing"), "must name the columns"),
        (sent_file("station,key,value\nA,K,\0"), "UTF-8"),
    ],
)
def test_a_bad_file_is_explained_at_its_field(operator, form, said):
    response = operator.post(IMPORT, form)
    assert said in html.unescape(response.text)
    assert response.context["form"]["file"].errors


def test_only_operators_import(viewer):
    assert viewer.get(IMPORT).status_code == 403


# Drift


def test_the_report_lists_stations_with_both_values(viewer, world):
    drifting(world, "TWIN-1")
    response = viewer.get(DRIFT)
    assert identities(response) == ["TWIN-1"]
    text = " ".join(html.unescape(response.text).split())
    assert "MeterValueSampleInterval" in text
    assert "LocalPreAuthorize" not in text
    assert 'name="station"' not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["DRIFTS", "WANTS"]),
        ({"kind": "drift"}, ["DRIFTS"]),
        ({"kind": "differ"}, ["DRIFTS", "WANTS"]),
        ({"key": "sampleinterval"}, ["DRIFTS"]),
        ({"key": "OWN", "kind": "differ"}, ["WANTS"]),
        ({"key": "OWN", "kind": "drift"}, []),
        ({"q": "WANTS"}, ["WANTS"]),
        ({"kind": "nonsense"}, []),
    ],
)
def test_the_report_can_be_narrowed(viewer, world, query, found):
    drifting(world, "DRIFTS")
    set_parameters(twin(world, "WANTS"), {"OwnKey": "1"}, **BY)
    assert identities(viewer.get(DRIFT, query)) == found
    assert list(dict.fromkeys(row["station"] for row in rows(viewer.get(DRIFT, query | {"export": "csv"})))) == found


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_costs_a_fixed_number_of_queries(operator, world, count, django_assert_num_queries):
    for number in range(count):
        drifting(world, f"TWIN-{number}")
    with django_assert_num_queries(13):
        assert len(identities(operator.get(DRIFT))) == count


def test_all_listed_stations_go_to_the_bulk_page_with_its_preview(operator, world):
    stations = [drifting(world, f"TWIN-{number}") for number in range(2)]
    every = operator.get(DRIFT).context["every"]
    response = operator.post("/operations/bulk/push-parameters/", {"stations": every, "preview": "1"})
    assert response.context["asked"].count == len(stations)
    assert not BulkOperation.objects.exists()


# Copy


def copy(station, query: str = "") -> str:
    return f"/stations/{station.pk}/parameters/copy/{query}"


def test_values_set_here_go_to_stations_of_the_same_model(operator, world):
    station, same = twin(world, "TWIN-1"), twin(world, "TWIN-2")
    values = {
        "HeartbeatInterval": "60",
        "AuthorizationKey": "0123456789abcdef",
        "CentralSystemURL": "wss://a",
        "Text": "x",
    }
    set_parameters(station, values, **BY)
    page = operator.get(copy(station)).context
    assert orjson.loads(page["values"]) == {"HeartbeatInterval": "60", "Text": "x"}
    assert [parameter.key for parameter, _ticked in page["offered"]] == [
        "CentralSystemURL",
        "HeartbeatInterval",
        "Text",
    ]
    assert page["selection"] == str(same.pk)
    sent = {"stations": page["selection"], "parameters-values": page["values"]}
    preview = operator.post("/operations/bulk/set-parameters/", sent | {"preview": "1"})
    assert preview.context["asked"].count == 1
    assert "HeartbeatInterval" in preview.text
    operator.post("/operations/bulk/set-parameters/", sent)
    assert BulkOperation.objects.get().parameters == {"values": {"HeartbeatInterval": "60", "Text": "x"}}


def test_values_and_stations_can_be_chosen(operator, world):
    station = twin(world, "TWIN-1")
    set_parameters(station, {"HeartbeatInterval": "60", "CentralSystemURL": "wss://a"}, **BY)
    page = operator.get(copy(station, "?chosen=1&key=CentralSystemURL&key=Made-up&models=any&q=OURS")).context
    assert orjson.loads(page["values"]) == {"CentralSystemURL": "wss://a"}
    assert [each.identity for each in page["listed"]] == ["OURS-1"]


def test_a_station_of_others_is_no_target(operator, world):
    station = twin(world, "TWIN-1")
    ChargingStation.objects.filter(pk=world.theirs.station.pk).update(vendor="Maker", model="Twin")
    set_parameters(station, {"HeartbeatInterval": "60"}, **BY)
    page = operator.get(copy(station))
    assert page.context["count"] == 0
    assert "Choose at least one value" in page.text
