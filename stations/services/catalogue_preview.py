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


def preview_import(document: ModelDocument, stations: StationQuerySet) -> ImportPreview:
    """What ``services.catalogue.import_model`` would do with ``document``, as far as ``stations`` are concerned."""
    replaced = StationModel.objects.filter(slug=document.id).first()
    changed = differences(replaced.facts, document) if replaced else []
    return ImportPreview(document, replaced, changed, stations_of(document, stations))


def stations_of(document: ModelDocument, stations: StationQuerySet) -> list[ChargingStation]:
    """Those of ``stations`` that have booted and for which no other model of the catalogue fits better."""
    booted = stations.filter(rebooted_at__isnull=False).order_by("identity")
    candidates = [(station, facts) for station in booted if match(document, facts := facts_of(station))]
    if not candidates:
        return []
    others = [model.facts for model in StationModel.objects.exclude(slug=document.id)]
    catalogue = [document, *others]
    return [
        station for station, facts in candidates if (found := best(catalogue, facts)) and found.document is document
    ]
