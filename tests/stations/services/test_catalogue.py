"""The catalogue in the database: shipped models kept up to date, others taken in and out, stations matched."""

import pytest
from django.utils import timezone

from stations.catalogue.documents import ModelDocument
from stations.enums import ConfigurationStatus, ModelOrigin
from stations.models import ChargingStation, Configuration, StationModel
from stations.services.catalogue import delete_model, import_model, load_shipped, match_stations, offered_stations
from stations.services.catalogue_preview import preview_import
from stations.services.errors import Conflict
from tests.support.factories import ChargingStationFactory, ConfigurationFactory
from tests.support.models import document, known_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin() -> ChargingStation:
    return ChargingStationFactory(vendor="Maker", model="Twin", serial_number="T1", rebooted_at=timezone.now())


def test_shipped_models_are_brought_up_to_date_and_imported_ones_stay():
    shipped, kept = StationModel.objects.filter(origin=ModelOrigin.SHIPPED).order_by("slug")[:2]
    StationModel.objects.filter(pk=shipped.pk).update(label="Old", document=shipped.document | {"label": "Old"})
    import_model(ModelDocument.model_validate(kept.document | {"label": "Ours"}), actor=None)
    StationModel.objects.create(slug="gone", label="Gone", origin=ModelOrigin.SHIPPED, document=kept.document)
    assert load_shipped() == 1
    assert StationModel.objects.get(pk=shipped.pk).label == shipped.label
    assert StationModel.objects.get(pk=kept.pk).label == "Ours"
    assert not StationModel.objects.filter(slug="gone").exists()
    assert load_shipped() == 0


def test_a_model_is_offered_until_it_is_used(twin):
    model = known_model()
    assert list(offered_stations(model)) == [twin]
    Configuration.objects.filter(station=twin).update(station_model=model)
    assert not offered_stations(model).exists()


def test_stations_follow_the_catalogue(twin):
    ChargingStationFactory(vendor="Maker", model="Twin")
    known_model()
    assert Configuration.objects.get().match_reasons == ["vendor is “Maker”", "model is “Twin”"]
    better = known_model(id="better", matches=[{"vendor": ["Maker"], "model": ["Twin"], "serial_number": ["T*"]}])
    assert Configuration.objects.get(station=twin).matching_model == better
    assert match_stations() == 0
    delete_model(better, actor=None)
    assert Configuration.objects.get(station=twin).matching_model.slug == "maker-twin"


def test_a_shipped_model_comes_back_when_its_stand_in_goes():
    shipped = StationModel.objects.filter(origin=ModelOrigin.SHIPPED).first()
    stand_in = import_model(ModelDocument.model_validate(shipped.document | {"label": "Ours"}), actor=None)
    user = ConfigurationFactory(station_model=stand_in, status=ConfigurationStatus.DEFINED_BY_SYSTEM)
    delete_model(stand_in, actor=None)
    user.refresh_from_db()
    assert (user.station_model, user.status) == (None, ConfigurationStatus.DEFINED_BY_USER)
    back = StationModel.objects.get(slug=shipped.slug)
    assert (back.origin, back.label) == (ModelOrigin.SHIPPED, shipped.label)
    with pytest.raises(Conflict, match="shipped with the system"):
        delete_model(back, actor=None)


def test_a_preview_tells_what_an_import_would_do_and_does_nothing(twin):
    found = preview_import(document(), ChargingStation.objects.all())
    assert (found.replaced, found.differences, found.stations, found.elsewhere) == (None, [], [twin], 0)
    assert not StationModel.objects.filter(slug="maker-twin").exists()
    model = known_model()
    ConfigurationFactory(station_model=model)
    changed = preview_import(document(label="Other", shares_power=False, notes=["New"]), ChargingStation.objects.all())
    assert (changed.replaced, changed.using) == (model, 1)
    assert changed.differences == [("label", "Maker Twin", "Other"), ("notes", "", "New")]


def test_a_preview_tells_of_stations_another_model_fits_better(twin):
    known_model(matches=[{"vendor": ["Maker"], "model": ["Twin"], "serial_number": ["T*"]}])
    found = preview_import(document(id="wide"), ChargingStation.objects.all())
    assert (found.stations, found.elsewhere) == ([], 1)
