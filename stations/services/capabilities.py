"""What stations can do, learnt from what they answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone

from stations.models import Capabilities, ChargingStation

CAPABILITY_KEYS = (
    "SupportedFeatureProfiles",
    "LocalAuthListEnabled",
    "LocalAuthListMaxLength",
    "SendLocalListMaxLength",
    "ReserveConnectorZeroSupported",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
    "ConnectionTimeOut",
    "NumberOfConnectors",
    "GetConfigurationMaxKeys",
)
"""What a station's parameters say about its abilities (OCPP 1.6 §9)."""
_CANONICAL = {key.lower(): key for key in CAPABILITY_KEYS}


def learn_refused(refused: Iterable[tuple[int, str]]) -> None:
    """Remember for (station pk, message) pairs that the station does not know the message, as long as it keeps its firmware."""
    messages = defaultdict(set)
    for station_id, message in refused:
        messages[station_id].add(message)
    learnt = _rows(messages)
    for station_id, found in messages.items():
        row = learnt[station_id]
        row.refused_messages = sorted(found.union(row.refused_messages))
    _write(learnt.values())


def learn_parameters(reported: Mapping[int, Mapping[str, str]]) -> None:
    """Keep what stations (by pk) reported of their abilities; what they refused before is open again."""
    learnt = _rows(reported)
    for station_id, row in learnt.items():
        values = {_CANONICAL.get(key.lower(), ""): value for key, value in reported[station_id].items()}
        row.parameters = {key: values[key] for key in CAPABILITY_KEYS if key in values}
        row.refused_messages, row.read_at = [], timezone.now()
    _write(learnt.values())


def _rows(station_ids: Collection[int]) -> dict[int, Capabilities]:
    """The rows of the stations, new where there is none; what was learnt of another firmware counts no more."""
    rows: dict[int, Capabilities] = {}
    if not station_ids:
        return rows
    for station in ChargingStation.objects.filter(pk__in=list(station_ids)).select_related("capabilities"):
        row = getattr(station, "capabilities", None) or Capabilities(station=station)
        if row.firmware_version != station.firmware_version:
            row.firmware_version, row.refused_messages, row.read_at = station.firmware_version, [], None
        rows[station.pk] = row
    return rows


def _write(rows: Collection[Capabilities]) -> None:
    Capabilities.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["station"],
        update_fields=["parameters", "refused_messages", "firmware_version", "read_at"],
    )
