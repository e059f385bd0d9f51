"""What taking a document into the catalogue would mean, before anybody does it; nothing is written here."""

from dataclasses import dataclass

from stations.catalogue.differences import Difference, differences
from stations.catalogue.documents import ModelDocument
from stations.catalogue.matching import best, match
from stations.configuration.system import facts_of
from stations.models import ChargingStation, StationModel
from stations.models.stations import StationQuerySet


@dataclass(frozen=True)
class ImportPreview:
    """What would happen to the catalogue, and which of the stations asked about would be this model."""

    document: ModelDocument
    replaced: StationModel | None
    differences: list[Difference]
    stations: list[ChargingStation]
    """By identity."""
    using: int
    """How many of the stations use the model it replaces; those that overwrote nothing follow it at their next boot."""
    elsewhere: int
    """Stations that fit, of which another model says more."""


def preview_import(document: ModelDocument, stations: StationQuerySet) -> ImportPreview:
    """What ``services.catalogue.import_model`` would do with ``document``, as far as ``stations`` are concerned."""
    replaced = StationModel.objects.filter(slug=document.id).first()
    changed = differences(replaced.facts, document) if replaced else []
    fitting = _fitting(document, stations)
    mine = _not_better_elsewhere(document, fitting) if fitting else []
    using = stations.filter(configuration__station_model=replaced).count() if replaced else 0
    return ImportPreview(document, replaced, changed, mine, using, len(fitting) - len(mine))


def _fitting(document: ModelDocument, stations: StationQuerySet) -> list[ChargingStation]:
    booted = stations.filter(rebooted_at__isnull=False).order_by("identity")
    return [station for station in booted if match(document, facts_of(station))]


def _not_better_elsewhere(document: ModelDocument, stations: list[ChargingStation]) -> list[ChargingStation]:
    others = [model.facts for model in StationModel.objects.exclude(slug=document.id)]
    catalogue = [document, *others]
    return [s for s in stations if (found := best(catalogue, facts_of(s))) and found.document is document]
