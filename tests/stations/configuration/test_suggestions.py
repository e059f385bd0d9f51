"""Parameters that any station should have, beside what it reports."""

from stations.catalogue.values import problem
from stations.configuration.suggestions import MEASURED, NOT_LISTED, READ_ONLY, THERE, suggestions
from stations.models import OcppParameter

ENERGY = "Energy.Active.Import.Register"


def reported(read_only: bool = False, **values: str) -> list[OcppParameter]:
    return [
        OcppParameter(key=key, key_lower=key.lower(), reported_value=value, read_only=read_only)
        for key, value in values.items()
    ]


def suggested(parameters=(), **about):
    return {each.key: each for each in suggestions(parameters, **{"has_dc": False} | about)}


def test_of_a_station_that_listed_nothing_everything_is_ticked_with_a_value_that_fits():
    found = suggested(has_dc=True)
    assert all(each.is_ticked and each.reason for each in found.values())
    assert [problem(each.key, each.value) for each in found.values()] == [None] * len(found)
    assert found[MEASURED].value.endswith(",SoC")
    assert not suggested()[MEASURED].value.endswith(",SoC")


def test_what_the_station_has_cannot_change_or_does_not_list_is_not_ticked_and_says_why():
    rows = reported(metervaluesampleinterval="060", ConnectionTimeOut="120") + reported(
        True, ClockAlignedDataInterval="9"
    )
    found = suggested(rows)
    assert found["metervaluesampleinterval"].doubt == THERE
    assert found["ClockAlignedDataInterval"].doubt == READ_ONLY
    assert found[MEASURED].doubt == NOT_LISTED
    assert found["ConnectionTimeOut"].is_ticked


def test_no_more_is_measured_than_the_station_takes_and_more_is_left_to_it():
    rows = reported(MeterValuesSampledDataMaxLength="2", MeterValuesSampledData=ENERGY)
    assert suggested(rows)[MEASURED].value == f"{ENERGY},Power.Active.Import"
    more = reported(MeterValuesSampledData=f"SoC, {suggested()[MEASURED].value}")
    assert suggested(more)[MEASURED].doubt == THERE


def test_values_of_the_similar_model_win_without_secrets_and_addresses():
    model = {"metervaluesampleinterval": "30", "VendorKey": "x", "AuthorizationKey": "s", "BackendUrl": "ws://x"}
    found = suggested(of_model=model)
    assert found["MeterValueSampleInterval"].value == "30"
    assert "VendorKey" in found
    assert not {"AuthorizationKey", "BackendUrl"} & found.keys()
