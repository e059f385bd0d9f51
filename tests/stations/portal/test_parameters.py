"""The tab with a station's OCPP parameters, and editing many of them at once."""

import html

import pytest
from django.utils import timezone

from stations.commands import ReportedParameter
from stations.configuration.changes import MASK
from stations.enums import ChangeCause, OperationSource, PushOutcome
from stations.models import ConfigurationChange, OcppParameter, Operation
from stations.services.configuration import set_parameters, use_system_configuration
from stations.services.parameters import learn_reported
from tests.support.factories import EndpointProcessFactory
from tests.support.models import known_model

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
BY = {"actor": None, "source": OperationSource.SYSTEM}
REPORTED = [
    ReportedParameter("MeterValueSampleInterval", "30", False),
    ReportedParameter("LocalPreAuthorize", "True", False),
    ReportedParameter("NumberOfConnectors", "2", True),
    ReportedParameter("AuthorizationKey", "hunter2hunter2", False),
    ReportedParameter("HeartbeatInterval", "300", False),
]


@pytest.fixture
def station(world):
    """It has reported its parameters, and has the recommended configuration, as far as the portal is concerned."""
    station = world.ours.station
    station.vendor, station.model, station.ocpp_version = "Maker", "Twin", "1.6"
    station.save()
    use_system_configuration(station, known_model(), **BY)
    learn_reported(fresh(station), REPORTED, timezone.now())
    return station


def fresh(station):
    return type(station).objects.get(pk=station.pk)


def tab(station) -> str:
    return f"/stations/{station.pk}/parameters/"


def edit(station) -> str:
    return f"/stations/{station.pk}/parameters/edit/"


def shown(response) -> list[str]:
    return [row.parameter.key for row in response.context["rows"]]


def wanted(station, key: str) -> str | None:
    return OcppParameter.objects.get(station=station, key=key).wanted_value


def as_sent(client, station, **changed: str) -> dict[str, str]:
    """The form as a browser sends it, with some values changed."""
    form, sent = client.get(edit(station)).context["form"], {}
    for name, field in form.fields.items():
        if (value := form[name].initial) is not None and field.show_hidden_initial:
            sent |= {name: value, f"initial-{name}": value}
    return sent | changed


# The table


def test_the_table_says_what_is_active_recommended_and_at_the_station(viewer, station):
    set_parameters(station, {"HeartbeatInterval": "60", "LocalPreAuthorize": "False"}, **BY)
    response = viewer.get(tab(station))
    rows = {row.parameter.key: row for row in response.context["rows"]}
    assert (rows["HeartbeatInterval"].active, rows["HeartbeatInterval"].reported) == ("60", "300")
    assert rows["LocalPreAuthorize"].is_recommendation_unused
    text = html.unescape(response.text)
    for words in ("4 values differ from the station", "not in use", "System Value Overwritten", "Added by User",
                  "Reported by Station", "hidden", "read-only", "How often meter values come during a session"):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("q=heart", ["HeartbeatInterval"]),
        ("show=differ", ["MeterValueSampleInterval", "VendorKey"]),
        ("show=drift", ["MeterValueSampleInterval"]),
        ("show=overwritten", []),
        ("show=set", ["LocalPreAuthorize", "MeterValueSampleInterval", "VendorKey"]),
        ("show=unset", ["AuthorizationKey", "HeartbeatInterval", "NumberOfConnectors"]),
        ("show=read_only", ["NumberOfConnectors"]),
        ("show=hidden", ["VendorKey"]),
        ("show=writable&q=meter", ["MeterValueSampleInterval"]),
        ("show=reboot", []),
        ("show=nonsense", []),
    ],
)
def test_the_table_can_be_searched(viewer, station, query, keys):
    assert shown(viewer.get(f"{tab(station)}?{query}")) == keys


def test_values_that_wait_for_a_reboot_come_with_the_button(operator, station):
    waiting = {"awaits_reboot": True, "push_outcome": PushOutcome.REBOOT_REQUIRED}
    OcppParameter.objects.filter(station=station, key="VendorKey").update(**waiting)
    text = operator.get(tab(station)).text
    assert "1 value waits for a reboot" in text
    assert "parameters-reset" in text


def test_a_secret_is_shown_to_nobody(operator, station):
    set_parameters(station, {"AuthorizationKey": "top-secret-value"}, **BY)
    for address in (tab(station), edit(station), f"/parameters/export/?station={station.pk}"):
        response = operator.get(address)
        text = b"".join(response).decode() if response.streaming else response.text
        assert "AuthorizationKey" in text
        assert "top-secret" not in text
        assert "hunter2" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_tab_and_form_cost_a_fixed_number_of_queries(operator, station, count, django_assert_num_queries):
    learn_reported(fresh(station), [ReportedParameter(f"Key{n}", "1", False) for n in range(count)], timezone.now())
    with django_assert_num_queries(TAB_QUERIES):
        operator.get(tab(station))
    with django_assert_num_queries(EDIT_QUERIES):
        operator.get(edit(station))


TAB_QUERIES, EDIT_QUERIES = 9, 10


# Editing


def test_many_values_change_at_once_and_the_rest_stays(operator, station):
    sent = as_sent(
        operator, station, **{"value-heartbeatinterval": "60", "value-metervaluesampleinterval": "20", "new_key": "Odd/Key", "new_value": "7"}
    )  # fmt: skip
    assert operator.post(edit(station), sent).url == tab(station)
    change = ConfigurationChange.objects.get(cause=ChangeCause.EDITED)
    assert {(each["item"], each["before"], each["after"]) for each in change.changes} == {
        ("HeartbeatInterval", None, "60"),
        ("MeterValueSampleInterval", "60", "20"),
        ("Odd/Key", None, "7"),
    }
    assert OcppParameter.objects.get(key="Odd/Key").is_hidden


def test_what_a_colleague_changed_meanwhile_is_not_taken_back(operator, station):
    sent = as_sent(operator, station, **{"value-heartbeatinterval": "60"})
    set_parameters(station, {"MeterValueSampleInterval": "15"}, **BY)
    operator.post(edit(station), sent)
    assert (wanted(station, "MeterValueSampleInterval"), wanted(station, "HeartbeatInterval")) == ("15", "60")


def test_a_form_has_no_more_fields_than_the_server_takes(operator, station):
    many = [ReportedParameter(f"Vendor{number:03}", "1", False) for number in range(600)]
    learn_reported(fresh(station), many, timezone.now())
    sent = as_sent(operator, station, **{"value-vendor001": "2"})
    assert "more parameters are not in this form" in operator.get(edit(station)).text
    assert operator.post(edit(station), sent).status_code == 302
    assert wanted(station, "Vendor001") == "2"


def test_the_recommended_value_comes_back_and_a_value_can_be_removed(operator, station):
    set_parameters(station, {"MeterValueSampleInterval": "15", "HeartbeatInterval": "60"}, **BY)
    ticked = {"recommended-metervaluesampleinterval": "on", "removed-heartbeatinterval": "on"}
    operator.post(edit(station), as_sent(operator, station, **ticked))
    assert (wanted(station, "MeterValueSampleInterval"), wanted(station, "HeartbeatInterval")) == ("60", None)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved_or_lost(operator, station):
    sent = as_sent(
        operator, station, **{"value-heartbeatinterval": "soon", "value-metervaluesampleinterval": "77", "new_value": "lonely"}
    )  # fmt: skip
    response = operator.post(edit(station), sent)
    form = response.context["form"]
    assert form["value-heartbeatinterval"].errors == ["Write a whole number."]
    assert "Name the parameter" in form["new_key"].errors[0]
    assert 'value="77"' in response.text
    assert 'value="soon"' in response.text
    assert wanted(station, "HeartbeatInterval") is None


@pytest.mark.parametrize("key", ["numberofconnectors", "HEARTBEATINTERVAL", "x" * 51, "a\tb"])
def test_a_new_parameter_that_cannot_be_is_refused_where_it_was_entered(operator, station, key):
    response = operator.post(edit(station), as_sent(operator, station, new_key=key, new_value="1"))
    assert response.context["form"]["new_key"].errors


def test_a_read_only_parameter_has_no_field_and_cannot_be_forced(operator, station):
    sent = as_sent(operator, station, **{"value-numberofconnectors": "9"})
    operator.post(edit(station), sent)
    assert wanted(station, "NumberOfConnectors") is None


def test_a_boolean_is_offered_in_the_stations_own_words(operator, station):
    field = operator.get(edit(station)).context["form"].fields["value-localpreauthorize"]
    assert (field.initial, [value for value, _label in field.widget.choices]) == ("True", ["True", "False"])


def test_a_secret_left_empty_stays_and_an_entered_one_is_kept_out_of_the_history(operator, station):
    operator.post(edit(station), as_sent(operator, station, **{"value-authorizationkey": ""}))
    assert wanted(station, "AuthorizationKey") is None
    operator.post(edit(station), as_sent(operator, station, **{"value-authorizationkey": "0123456789abcdef"}))
    assert wanted(station, "AuthorizationKey") == "0123456789abcdef"
    assert ConfigurationChange.objects.first().changes[0]["after"] == MASK


def test_saved_values_are_sent_or_it_is_said_why_not(operator, station):
    sent = as_sent(operator, station, **{"value-heartbeatinterval": "60", "send": "1"})
    response = operator.post(edit(station), sent, follow=True)
    assert "were not sent" in response.text
    type(station).objects.filter(pk=station.pk).update(endpoint=EndpointProcessFactory())
    response = operator.post(edit(station), as_sent(operator, station, send="1"))
    operation = Operation.objects.get(station=station, action="push-parameters")
    assert response.url == f"/operations/{operation.pk}/"
    assert {payload["key"] for _message, payload in operation.requests} == {
        "HeartbeatInterval", "MeterValueSampleInterval", "VendorKey",
    }  # fmt: skip


def test_a_viewer_sees_why_values_cannot_be_edited(viewer, station):
    assert "Only operators may edit OCPP parameters." in viewer.get(tab(station)).text
    assert viewer.get(edit(station)).status_code == 403
