"""The commands a virtual station obeys: one small function per OCPP 1.6 action."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stations.simulation.client import Answer
from stations.simulation.commands import configuration, maintenance, reservations, sessions, smart_charging, triggers

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation

Command = Callable[["VirtualStation", dict[str, Any]], Answer]

COMMANDS: dict[str, Command] = {
    "CancelReservation": reservations.cancel_reservation,
    "ChangeAvailability": sessions.change_availability,
    "ChangeConfiguration": configuration.change_configuration,
    "ClearCache": configuration.clear_cache,
    "ClearChargingProfile": smart_charging.clear_charging_profile,
    "DataTransfer": configuration.data_transfer,
    "GetCompositeSchedule": smart_charging.get_composite_schedule,
    "GetConfiguration": configuration.get_configuration,
    "GetDiagnostics": maintenance.get_diagnostics,
    "GetLocalListVersion": configuration.get_local_list_version,
    "RemoteStartTransaction": sessions.remote_start_transaction,
    "RemoteStopTransaction": sessions.remote_stop_transaction,
    "ReserveNow": reservations.reserve_now,
    "Reset": maintenance.reset,
    "SendLocalList": configuration.send_local_list,
    "SetChargingProfile": smart_charging.set_charging_profile,
    "TriggerMessage": triggers.trigger_message,
    "UnlockConnector": sessions.unlock_connector,
    "UpdateFirmware": maintenance.update_firmware,
}
