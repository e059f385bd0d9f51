"""EVSEs and connectors: what is shown, marked and edited, and single values taken back."""

import html

import pytest
from django.utils import timezone

from stations.configuration.changes import Change
from stations.enums import ChangeCause, ConfigurationStatus, OperationSource
from stations.models import EVSE, ChargingStation, Configuration, ConfigurationChange, Connector
from stations.services.configuration import change_configuration, use_system_configuration
from tests.support.factories import ConnectorFactory, EVSEFactory
from tests.support.models import known_model

BY = {"actor": None, "source": OperationSource.SYSTEM}


@pytest.fixture
def station(world) -> ChargingStation:
    """Two EVSEs of one connector each, as recommended; the station reported the first."""
    use_system_configuration(world.ours.station, known_model(), **BY)
    Connector.objects.filter(station=world.ours.station, number=1).update(status_at=timezone.now())
    return ChargingStation.objects.get(pk=world.ours.station.pk)


def tab(station) -> str:
    return f"/stations/{station.pk}/connectors/"


def edit(station) -> str:
    return f"/stations/{station.pk}/connectors/edit/"


def text_of(client, url: str) -> str:
    return html.unescape(client.get(url).text)


def set_value(station, number: int, field: str, value) -> None:
    connector = Connector.objects.get(station=station, number=number)
    change = Change("connector", str(number), field, getattr(connector, field), value)
    change_configuration(station, [change], cause=ChangeCause.EDITED, **BY)


def as_sent(client, station, **changed: str) -> dict[str, str]:
    """The form as a browser sends it, with some values changed."""
    form = client.get(edit(station)).context["form"]
    sent = {f"connectors-{name}_FORMS": str(len(form.connectors.forms)) for name in ("TOTAL", "INITIAL")}
    for each in [form.station, *form.connectors.forms]:
        sent |= {each.add_prefix(name): each[name].value() for name in each.fields}
        sent |= {b.html_initial_name: b.value() or "" for b in each if b.field.show_hidden_initial}
    return {name: value for name, value in (sent | changed).items() if value not in (None, False)}


def of(station, number: int) -> Connector:
    return Connector.objects.get(station=station, number=number)


# The tab


def test_values_are_shown_in_words_and_units(viewer, station):
    EVSE.objects.filter(station=station, number=1).update(code="P2-017", name="Bay", emi3_id="DE*ABC*E1")
    set_value(station, 1, "phase_rotation", "NotApplicable")
    text = text_of(viewer, tab(station))
    for words in ("P2-017", "Bay", "DE*ABC*E1", "Type 2", "230 V", "32 A", "22.1 kW", "Not applicable", "44.2 kW"):
        assert words in text, words
    assert "type_2" not in text
    assert "overwritten</span>" not in text


def test_a_changed_value_is_marked_with_what_the_system_would_have(viewer, operator, station):
    set_value(station, 2, "current_a", 16.0)
    for client, buttons in ((viewer, 0), (operator, 1)):
        text = text_of(client, tab(station))
        assert "System: 32 A" in text
        assert text.count("overwritten</span>") == 1
        assert text.count("/connectors/use-recommended/") == buttons


def test_one_value_is_taken_back_alone_and_the_history_knows(operator, station):
    set_value(station, 1, "current_a", 16.0)
    set_value(station, 2, "current_a", 10.0)
    url, value = f"{tab(station)}use-recommended/", {"kind": "connector", "item": "1", "field": "current_a"}
    assert operator.post(url, value).url == tab(station)
    assert (of(station, 1).current_a, of(station, 2).current_a) == (32, 10)
    assert ConfigurationChange.objects.get(cause=ChangeCause.REVERTED).changes == [value | {"before": 16, "after": 32}]
    operator.post(url, value)
    assert ConfigurationChange.objects.filter(cause=ChangeCause.REVERTED).count() == 1
    operator.post(url, value | {"item": "2"})
    status = Configuration.objects.get(station=station).status
    assert status == ConfigurationStatus.DEFINED_BY_SYSTEM


def test_a_connector_that_was_removed_comes_back_with_all_its_values(operator, station):
    Connector.objects.filter(station=station, number=2).delete()
    EVSE.objects.filter(station=station, number=2).delete()
    assert "the system has it, the station does not" in text_of(operator, tab(station))
    operator.post(f"{tab(station)}use-recommended/", {"kind": "connector", "item": "2", "field": "number"})
    assert (of(station, 2).evse.number, of(station, 2).maximum_power_w) == (2, 22080)


def test_missing_values_are_said_with_the_way_to_enter_them(operator, station):
    set_value(station, 2, "voltage_v", None)
    text = text_of(operator, tab(station))
    assert "Connector 2: voltage – This is needed." in text
    assert f'href="{edit(station)}">Enter them' in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_form_costs_a_fixed_number_of_queries(operator, station, count, django_assert_num_queries):
    for number in range(3, 3 + count):
        ConnectorFactory(evse=EVSEFactory(station=station, number=number))
    with django_assert_num_queries(12):
        operator.get(edit(station))


# An EVSE


def test_details_of_an_evse_are_saved_with_history(operator, station):
    url = f"/stations/{station.pk}/evses/1/edit/"
    sent = {"code": "A-1", "name": "Bay", "emi3_id": "de*abc*e1", "parking_level": "-2", "latitude": "48.5"}
    assert operator.post(url, sent).url == tab(station)
    evse = EVSE.objects.get(station=station, number=1)
    assert (evse.code, evse.emi3_id, evse.parking_level, evse.latitude) == ("A-1", "DE*ABC*E1", "-2", 48.5)
    assert ConfigurationChange.objects.filter(cause=ChangeCause.EDITED).count() == 1
    assert operator.get(f"/stations/{station.pk}/evses/9/edit/").status_code == 404


def test_two_who_edit_an_evse_at_once_keep_what_the_other_changed(operator, station):
    url = f"/stations/{station.pk}/evses/1/edit/"
    form = operator.get(url).context["form"]
    seen = {name: bound.value() or "" for bound in form for name in (bound.html_name, bound.html_initial_name)}
    assert all(f'name="{bound.html_initial_name}"' in operator.get(url).text for bound in form)
    operator.post(url, seen | {"code": "B-7"})
    operator.post(url, seen | {"name": "Gate"})
    evse = EVSE.objects.get(station=station, number=1)
    assert (evse.code, evse.name) == ("B-7", "Gate")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("code", "TAKEN", "already exists"),
        ("emi3_id", "nonsense", "is no eMI³ id"),
        ("emi3_id", "DE*ABC*E9", "Another EVSE has"),
        ("latitude", "91", "less than or equal"),
    ],
)
def test_what_is_wrong_with_an_evse_stands_at_its_field_and_all_is_kept(operator, world, station, name, value, words):
    theirs = world.theirs.evse
    theirs.code, theirs.emi3_id = "TAKEN", "DE*ABC*E9"
    theirs.save()
    response = operator.post(f"/stations/{station.pk}/evses/1/edit/", {"name": "Kept", name: value})
    assert words in response.context["form"].errors[name][0]
    assert 'value="Kept"' in response.text
    assert EVSE.objects.get(station=station, number=1).name == ""


# Connectors


def test_the_form_as_it_is_changes_nothing(operator, station):
    before = ConfigurationChange.objects.count()
    assert operator.post(edit(station), as_sent(operator, station)).url == tab(station)
    assert ConfigurationChange.objects.count() == before


def test_changes_are_saved_and_empty_powers_computed(operator, station):
    changed = {"connectors-1-current_a": "16", "connectors-1-maximum_power_w": "", "maximum_power_w": ""}
    assert operator.post(edit(station), as_sent(operator, station, **changed)).status_code == 302
    station.refresh_from_db()
    assert (of(station, 2).maximum_power_w, station.maximum_power_w) == (11040, 33120)


def test_two_who_edit_connectors_at_once_keep_what_the_other_changed(operator, station):
    seen = as_sent(operator, station)
    weaker = {"connectors-0-current_a": "16", "connectors-0-maximum_power_w": "", "maximum_power_w": ""}
    operator.post(edit(station), seen | weaker)
    operator.post(edit(station), seen | {"connectors-1-phase_rotation": "STR"})
    assert (of(station, 1).current_a, of(station, 2).phase_rotation) == (16, "STR")


def test_power_is_said_while_it_is_typed_and_nothing_is_saved(operator, station):
    sent = as_sent(operator, station, **{"connectors-1-current_a": "16", "connectors-1-maximum_power_w": ""})
    text = operator.post(edit(station), sent | {"powers": "1", "maximum_power_w": ""}).text
    for words in ("22080 W (3 × 230 V × 32 A)", "11040 W (3 × 230 V × 16 A)", "33120 W"):
        assert words in text, words
    assert "more than the 11040 W" in operator.post(edit(station), sent | {"powers": "1", "connectors-1-maximum_power_w": "22080"}).text  # fmt: skip
    assert "A value above cannot be so" in operator.post(edit(station), sent | {"powers": "1", "connectors-1-phases": "9"}).text  # fmt: skip
    assert of(station, 2).current_a == 32


def test_a_connector_is_added_at_an_evse_that_exists(operator, station):
    sent = as_sent(operator, station)
    response = operator.post(edit(station), sent | {"add": "1", "connectors-0-current_a": "odd"})
    rows = response.context["form"].connectors.forms
    assert (rows[2]["number"].value(), rows[0]["current_a"].value()) == ("3", "odd")
    new = {"number": "3", "evse": "2", "type": "type_2", "current_type": "AC", "phases": "1", "voltage_v": "230", "current_a": "16"}  # fmt: skip
    sent |= {f"connectors-2-{name}": value for name, value in new.items()} | {"connectors-TOTAL_FORMS": "3"}
    assert operator.post(edit(station), sent).status_code == 302
    assert (of(station, 3).evse.number, of(station, 3).maximum_power_w) == (2, 3680)


def test_problems_stand_at_their_fields_and_nothing_is_saved_or_lost(operator, station):
    sent = as_sent(
        operator, station, **{"connectors-0-voltage_v": "", "connectors-1-current_a": "13", "maximum_power_w": "1"}
    )
    form = (response := operator.post(edit(station), sent)).context["form"]
    assert form.connectors.forms[0]["voltage_v"].errors
    assert form.connectors.forms[1]["maximum_power_w"].errors
    assert form.station["maximum_power_w"].errors
    assert 'value="13"' in response.text
    assert of(station, 2).current_a == 32


def test_a_number_that_is_taken_is_refused_where_it_was_entered(operator, station):
    sent = as_sent(operator, station, **{"connectors-TOTAL_FORMS": "3"})
    sent |= {name.replace("-1-", "-2-"): value for name, value in sent.items() if "-1-" in name}
    form = operator.post(edit(station), sent).context["form"]
    assert form.connectors.forms[2]["number"].errors


def test_only_connectors_nobody_has_seen_can_be_removed(operator, station):
    assert ["DELETE" in row.fields for row in operator.get(edit(station)).context["form"].connectors.forms] == [False, True]  # fmt: skip
    sent = as_sent(
        operator, station, **{"connectors-0-DELETE": "on", "connectors-1-DELETE": "on", "maximum_power_w": ""}
    )
    operator.post(edit(station), sent)
    assert list(Connector.objects.filter(station=station).values_list("number", flat=True)) == [1]


def test_a_connector_reported_meanwhile_is_not_removed(operator, station):
    sent = as_sent(operator, station)
    ConnectorFactory(evse=EVSEFactory(station=station, number=3), status_at=timezone.now())
    operator.post(edit(station), sent)
    assert Connector.objects.filter(station=station, number=3).exists()


def test_a_viewer_sees_why_connectors_cannot_be_edited(viewer, station):
    assert "Only operators may edit EVSEs and connectors." in text_of(viewer, tab(station))
