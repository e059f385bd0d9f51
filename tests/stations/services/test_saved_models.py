"""Models made from configured stations: what goes into them, and what never does."""

from datetime import date

import pytest

from stations.catalogue.files import DocumentError
from stations.enums import OperationSource
from stations.models import ChargingStation, Connector
from stations.services.configuration import locked_station, set_parameters, use_system_configuration
from stations.services.saved_models import SavedModel, document_of, proposed_slug, recommendable
from tests.support.commands import connected_station
from tests.support.models import document, known_model

pytestmark = pytest.mark.django_db
BY = {"actor": None, "source": OperationSource.SYSTEM}
ABOUT = SavedModel(slug="maker-twin", label="Maker Twin", vendor="Maker", model="Twin")
TODAY = date(2026, 3, 1)


@pytest.fixture
def station() -> ChargingStation:
    """Configured as ``document`` describes it."""
    station = connected_station(vendor="Maker", model="Twin", ocpp_version="1.6")
    use_system_configuration(station, known_model(), **BY)
    return station


def saved(station, about: SavedModel = ABOUT, **more):
    return document_of(locked_station(station), about, on=TODAY, **more)


def test_connectors_and_power_come_from_the_station(station):
    found, original = saved(station), document()
    assert (found.evses, found.maximum_power_w, found.matches) == (original.evses, 44160, original.matches)
    assert found.parameters == []
    assert found.sources[0].title == "Configured here on 2026-03-01"


def test_only_chosen_parameters_that_suit_other_stations_go_in(station):
    own = {
        "VendorPassword": "x",
        "CentralSystemURL": "host",
        "BackOffice": "wss://x.example/",
        "ChargeBoxSerial": "1",
        "HeartbeatInterval": "60",
    }
    set_parameters(station, own | {"Vendor.Volume": "3"}, **BY)
    offered = {parameter.key for parameter in recommendable(locked_station(station).parameters.all())}
    assert offered == {"MeterValueSampleInterval", "LocalPreAuthorize", "VendorKey", "Vendor.Volume"}
    keys = ("vendor.volume", "VendorKey", *own)
    chosen = saved(station, SavedModel("a", "A", "Maker", "Twin", serial_number="T*", keys=keys))
    assert chosen.recommended(firmware_version="", ocpp_version="1.6") == {"Vendor.Volume": "3", "VendorKey": "x"}
    assert chosen.matches[0].serial_number == ["T*"]


def test_what_no_station_can_say_stays_when_a_model_is_replaced(station):
    known = document(quirks=["Sleeps at noon."], notes=["Old."], capabilities={"unlock": False})
    found = saved(station, SavedModel("maker-twin", "New", "Maker", "Twin", notes=["New."]), replaces=known)
    assert (found.label, found.quirks, found.notes) == ("New", ["Sleeps at noon."], ["Old.", "New."])
    assert found.capabilities.unlock is False
    assert [source.title for source in found.sources] == ["A test", "Configured here on 2026-03-01"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"phases": None}, "Connector 1 lacks: phases"),
        ({"current_type": "DC"}, "DC has no phases"),
    ],
)
def test_what_is_missing_or_wrong_is_said(station, changes, problem):
    Connector.objects.filter(station=station, number=1).update(**changes)
    with pytest.raises(DocumentError, match=problem):
        saved(station)


def test_a_station_without_connectors_makes_no_model(station):
    Connector.objects.filter(station=station).delete()
    with pytest.raises(DocumentError, match="no connectors"):
        saved(station)


@pytest.mark.parametrize(
    ("vendor", "model", "slug"), [("ACME GmbH & Co.", "X_1/22", "acme-gmbh-co-x-122"), ("–", "", "")]
)
def test_an_id_is_proposed(vendor, model, slug):
    assert proposed_slug(ChargingStation(vendor=vendor, model=model)) == slug
