"""Stations of other vendors: what they say of themselves, and how their keys behave."""

import pytest

from stations.simulation.fleet import Plan
from stations.simulation.makes import MAKES
from stations.simulation.station import Blueprint


def blueprint(model: str) -> Blueprint:
    return Plan("ws://x", 1, models=[model]).blueprints()[0]


def keys(answer: dict) -> dict[str, str]:
    return {each["key"]: each["value"] for each in answer["configurationKey"]}


def test_models_take_turns_and_no_badge_is_used_twice():
    blueprints = Plan("ws://x", 4, connectors=1, models=["virtual", "bender"]).blueprints()
    assert [each.make.vendor for each in blueprints] == ["Virtual", "Bender GmbH Co. KG"] * 2
    assert [len(each.badges) for each in blueprints] == [1, 2, 1, 2]
    badges = [badge for each in blueprints for badge in each.badges]
    assert len(set(badges)) == len(badges)


def test_name_of_a_virtual_station_tells_its_outlet_and_an_unusual_number_of_connectors():
    names = {Plan("ws://x", 1, connectors=count).blueprints()[0].model for count in (2, 3)}
    assert len(names) == 2
    assert all(name.startswith(("AC ", "DC ")) for name in names)


def test_booleans_are_spelt_as_the_vendor_does():
    for model, yes, other in (("bender", "1", "true"), ("delta", "True", "1"), ("virtual", "true", "1")):
        table = blueprint(model).configuration()
        assert table["LocalAuthListEnabled"] == yes
        assert table.flag("LocalAuthListEnabled")
        assert table.change("LocalPreAuthorize", other) == "Rejected"
        assert table.change("localpreauthorize", yes) == "Accepted"
        assert table.flag("LocalPreAuthorize")


def test_hidden_key_is_reported_to_who_asks_for_it():
    table = blueprint("schneider").configuration()
    assert "ocppcentraladdress" not in keys(table.report(None))
    assert keys(table.report(["OcppCentralAddress"])) == {"ocppcentraladdress": ""}
    assert table.change("ocppcentraladdress", "wss://example.org") == "RebootRequired"
    table.boot()
    assert keys(table.report(["ocppcentraladdress"])) == {"ocppcentraladdress": "wss://example.org"}


def test_of_a_request_that_is_too_long_the_first_keys_are_answered():
    table = blueprint("delta").configuration()
    answer = table.report([f"Key{number}" for number in range(12)])
    assert len(answer["unknownKey"]) == int(table["GetConfigurationMaxKeys"]) == 10


@pytest.mark.parametrize("model", MAKES)
def test_stations_of_one_model_share_no_values(model):
    one, other = blueprint(model).configuration(), blueprint(model).configuration()
    one.change("HeartbeatInterval", "7")
    one.keys.popitem()
    assert other["HeartbeatInterval"] == "300"
    assert len(other.keys) > len(one.keys)
    for name in MAKES[model].keys:
        assert one.keys.get(name) is not other.keys[name]
