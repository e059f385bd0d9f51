"""What a station says of itself: boot, firmware and diagnostics status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emobility.common.bulk import Update, stamp
from emobility.common.writers import Writer
from stations.enums import RegistrationStatus
from stations.models import ChargingStation
from stations.services.effects import Effect
from stations.services.station_state import StationState

_BOOT_FIELDS = [
    "vendor", "model", "serial_number", "box_serial_number", "firmware_version", "iccid", "imsi", "meter_type",
    "meter_serial_number",
]  # fmt: skip
_boot = Update(ChargingStation, [*_BOOT_FIELDS, "registration_status", "rebooted_at", "id"])


@dataclass(slots=True)
class RecordBoot(Effect):
    """BootNotification; the station is accepted from here on. ``facts`` holds texts by field name."""

    station_id: int
    facts: dict[str, str]
    at: datetime

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["RecordBoot"]) -> None:
        """Write what the stations said of themselves."""
        _boot(writer, [e._row() for e in effects])

    def _row(self) -> list:
        facts = [self.facts.get(name, "") for name in _BOOT_FIELDS]
        return [*facts, RegistrationStatus.ACCEPTED.value, stamp(self.at), self.station_id]

    def remember(self, state: StationState) -> None:
        """Later messages are processed; a clock that was wrong before the boot no longer orders statuses."""
        state.accepted = True
        for connector in state.connectors.values():
            connector.status_at = None

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("stations",)


@dataclass(slots=True)
class RecordProgress(Effect):
    """FirmwareStatusNotification or DiagnosticsStatusNotification: the last step of a long job."""

    station_id: int
    field: str
    status: str

    @classmethod
    def prepare(cls, effects: Sequence["RecordProgress"]) -> None:
        """Few and far between: one update each."""
        for effect in effects:
            ChargingStation.objects.filter(pk=effect.station_id).update(**{effect.field: effect.status})
