"""Changes an operator makes to a station's own record."""

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.models import ChargingStation, SiteArea
from stations.services.errors import Conflict
from stations.services.records import delete_record

_log = logging.getLogger(__name__)


@transaction.atomic
def update_station(station: ChargingStation, *, name: str, site_area: SiteArea, actor: Any) -> ChargingStation:
    """Name ``station`` and place it in ``site_area`` on behalf of ``actor``; returns the saved row."""
    locked = ChargingStation.objects.select_for_update().get(pk=station.pk)
    locked.name, locked.site_area = name, site_area
    locked.save(update_fields=["name", "site_area"])
    _log.info("station %s: name and site area set by %s", locked.identity, actor)
    transaction.on_commit(lambda: publish(f"station-{locked.pk}", "stations"))
    return locked


def delete_station(station: ChargingStation, *, actor: Any) -> None:
    """Forget ``station`` on behalf of ``actor``; raises ``Conflict`` while it is connected or has sessions."""
    if ChargingStation.objects.with_live().get(pk=station.pk).is_connected:  # type: ignore[attr-defined]
        raise Conflict(_("The station is connected and would register again at once. Disconnect it first."))
    if station.sessions.exists():
        raise Conflict(_("The station has charging sessions, which must be kept."))
    live_name = f"station-{station.pk}"
    delete_record(station, actor=actor)
    publish(live_name, "stations")
