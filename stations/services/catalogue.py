"""The catalogue in the database: shipped models kept up to date, others imported or made from a station, stations matched."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.catalogue.documents import ModelDocument
from stations.catalogue.files import shipped
from stations.catalogue.matching import best
from stations.configuration.system import facts_of
from stations.enums import ConfigurationStatus, ModelOrigin
from stations.models import ChargingStation, Configuration, StationModel
from stations.services.errors import Conflict

_log = logging.getLogger(__name__)


def load_shipped() -> int:
    """Bring the shipped models of the catalogue up to date; returns how many changed. What was imported here stays."""
    documents = {document.id: document for document in shipped()}
    existing = StationModel.objects.in_bulk(field_name="slug")
    changed = [
        document
        for slug, document in documents.items()
        if slug not in existing
        or (existing[slug].origin == ModelOrigin.SHIPPED and existing[slug].document != _content(document))
    ]
    if changed:
        _save(changed, ModelOrigin.SHIPPED)
    gone = StationModel.objects.filter(origin=ModelOrigin.SHIPPED).exclude(slug__in=documents)
    gone.filter(configurations=None).delete()
    return len(changed)


def _content(document: ModelDocument) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude_defaults=True)


def _save(documents: Iterable[ModelDocument], origin: ModelOrigin) -> None:
    StationModel.objects.bulk_create(
        [StationModel(slug=d.id, label=d.label, origin=origin, document=_content(d)) for d in documents],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["label", "origin", "document", "updated_at"],
    )


def import_model(document: ModelDocument, *, actor: Any, origin: ModelOrigin = ModelOrigin.IMPORTED) -> StationModel:
    """Take ``document`` into the catalogue, in place of one with the same id, and find the stations it matches."""
    with transaction.atomic():
        _save([document], origin)
        model = StationModel.objects.get(slug=document.id)
        match_stations()
    _log.info("%s took station model %s into the catalogue", actor, model.slug)
    return model


def delete_model(model: StationModel, *, actor: Any) -> None:
    """Take an imported model out again; a shipped one it stood for comes back. Raises ``Conflict`` for a shipped one."""
    if model.origin == ModelOrigin.SHIPPED:
        raise Conflict(_("This model is shipped with the system. Import another version of it instead."))
    with transaction.atomic():
        slug = model.slug
        Configuration.objects.filter(station_model=model).update(status=ConfigurationStatus.DEFINED_BY_USER)
        model.delete()
        load_shipped()
        match_stations()
    _log.info("%s took station model %s out of the catalogue", actor, slug)


def match_stations() -> int:
    """Find for every station that has booted the model it is now; returns for how many that changed."""
    models = {model.slug: model for model in StationModel.objects.all()}
    documents = [model.facts for model in models.values()]
    changed = []
    booted = ChargingStation.objects.filter(rebooted_at__isnull=False).select_related("configuration")
    for station in booted.iterator(1000):
        configuration = getattr(station, "configuration", None) or Configuration(station=station)
        found = best(documents, facts_of(station))
        model = models[found.document.id] if found else None
        if configuration.matching_model_id != (model.pk if model else None):
            configuration.matching_model, configuration.match_reasons = model, found.because if found else []
            changed.append(configuration)
    Configuration.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["station"], update_fields=["matching_model", "match_reasons"]
    )
    publish("stations", *(f"station-{configuration.pk}" for configuration in changed))
    return len(changed)


def offered_stations(model: StationModel) -> QuerySet[ChargingStation]:
    """Stations that are this model and do not use its configuration yet."""
    return ChargingStation.objects.filter(configuration__matching_model=model).exclude(
        configuration__station_model=model
    )
