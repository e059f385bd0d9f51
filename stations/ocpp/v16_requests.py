"""OCPP 1.6: every command of ours as messages, and what the answers to them mean."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from stations import commands
from stations.commands import InvalidRequest, NotSupported, ReportedParameter, Request, Verdict, WrittenParameter
from stations.enums import OperationState
from stations.ocpp import v16_parameters
from stations.ocpp.schemas import validators
from stations.ocpp.v16 import BADGE_STATUSES, SCHEMAS, VERSION, utc

SHOWN_ERRORS = 5
UNKNOWN_CODES = ("NotImplemented", "NotSupported")
AGREED = frozenset({"Accepted", "Scheduled", "Unlocked", "RebootRequired"})
"""Answers by which a station agrees; every other status declines."""
PURPOSES = {"station_maximum": "ChargePointMaxProfile", "default": "TxDefaultProfile", "session": "TxProfile"}


def given(**fields: Any) -> dict[str, Any]:
    """Only the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def moment(at: datetime | None) -> str | None:
    """A time as it is written in a message."""
    return utc(at) if at is not None else None


def reset(command: commands.Reset) -> list[Request]:
    """§5.14."""
    return [Request("Reset", {"type": "Hard" if command.is_hard else "Soft"})]


def clear_cache(command: commands.ClearCache) -> list[Request]:
    """§5.4."""
    return [Request("ClearCache", {})]


def change_availability(command: commands.ChangeAvailability) -> list[Request]:
    """§5.2; connector 0 is the whole station."""
    wanted = "Operative" if command.is_operative else "Inoperative"
    return [Request("ChangeAvailability", {"connectorId": command.connector or 0, "type": wanted})]


def unlock_connector(command: commands.UnlockConnector) -> list[Request]:
    """§5.18."""
    return [Request("UnlockConnector", {"connectorId": command.connector})]


def remote_start(command: commands.RemoteStart) -> list[Request]:
    """§5.11."""
    plan = charging_profile(command.plan) if command.plan else None
    payload = given(connectorId=command.connector, idTag=command.id_tag, chargingProfile=plan)
    return [Request("RemoteStartTransaction", payload)]


def remote_stop(command: commands.RemoteStop) -> list[Request]:
    """§5.12."""
    return [Request("RemoteStopTransaction", {"transactionId": int(command.transaction_id)})]


def trigger_message(command: commands.TriggerMessage) -> list[Request]:
    """§5.17."""
    return [Request("TriggerMessage", given(requestedMessage=command.message, connectorId=command.connector))]


def reserve(command: commands.Reserve) -> list[Request]:
    """§5.13; connector 0 is any."""
    payload = {
        "connectorId": command.connector or 0,
        "expiryDate": utc(command.expires_at),
        "idTag": command.id_tag,
        "reservationId": command.reservation_id,
    }
    return [Request("ReserveNow", payload)]


def cancel_reservation(command: commands.CancelReservation) -> list[Request]:
    """§5.1."""
    return [Request("CancelReservation", {"reservationId": command.reservation_id})]


def send_local_list(command: commands.SendLocalList) -> list[Request]:
    """§5.15: the first part replaces the list where it is a full one, later parts add to it; the last asks what is there."""
    requests = []
    for index, chunk in enumerate(command.chunks):
        payload = {
            "listVersion": command.first_version + index,
            "updateType": "Full" if command.is_full and index == 0 else "Differential",
            "localAuthorizationList": [list_entry(entry) for entry in chunk],
        }
        requests.append(Request("SendLocalList", payload))
    return [*requests, *get_local_list_version(commands.GetLocalListVersion())]


def list_entry(entry: commands.LocalListEntry) -> dict[str, Any]:
    """§7.1; an entry without idTagInfo deletes the badge."""
    if entry.status is None:
        return {"idTag": entry.id_tag}
    info = given(status=BADGE_STATUSES[entry.status], expiryDate=moment(entry.expires_at))  # type: ignore[index]
    return {"idTag": entry.id_tag, "idTagInfo": info}


def get_local_list_version(command: commands.GetLocalListVersion) -> list[Request]:
    """§5.10."""
    return [Request("GetLocalListVersion", {})]


def data_transfer(command: commands.DataTransfer) -> list[Request]:
    """§5.6."""
    payload = given(vendorId=command.vendor_id, messageId=command.message_id or None, data=command.data or None)
    return [Request("DataTransfer", payload)]


def get_composite_schedule(command: commands.GetCompositeSchedule) -> list[Request]:
    """§5.7."""
    payload = given(connectorId=command.connector, duration=command.duration_s, chargingRateUnit=command.unit)
    return [Request("GetCompositeSchedule", payload)]


def set_charging_plan(command: commands.SetChargingPlan) -> list[Request]:
    """§5.16."""
    payload = {"connectorId": command.connector, "csChargingProfiles": charging_profile(command.plan)}
    return [Request("SetChargingProfile", payload)]


def charging_profile(plan: commands.ChargingPlan) -> dict[str, Any]:
    """§7.8; limits have one decimal."""
    periods = [
        given(startPeriod=period.start_s, limit=round(period.limit, 1), numberPhases=period.phases)
        for period in plan.periods
    ]
    schedule = given(
        duration=plan.duration_s,
        startSchedule=moment(plan.start),
        chargingRateUnit=plan.unit,
        chargingSchedulePeriod=periods,
        minChargingRate=plan.minimum_rate,
    )
    return given(
        chargingProfileId=plan.id,
        transactionId=int(plan.transaction_id) if plan.transaction_id else None,
        stackLevel=plan.stack_level,
        chargingProfilePurpose=PURPOSES[plan.purpose],
        chargingProfileKind=plan.kind.capitalize(),
        recurrencyKind=plan.recurrency.capitalize() if plan.recurrency else None,
        validFrom=moment(plan.valid_from),
        validTo=moment(plan.valid_to),
        chargingSchedule=schedule,
    )


def clear_charging_plans(command: commands.ClearChargingPlans) -> list[Request]:
    """§5.5."""
    payload = given(
        id=command.id,
        connectorId=command.connector,
        chargingProfilePurpose=PURPOSES[command.purpose] if command.purpose else None,
        stackLevel=command.stack_level,
    )
    return [Request("ClearChargingProfile", payload)]


def get_diagnostics(command: commands.GetDiagnostics) -> list[Request]:
    """§5.9."""
    payload = given(
        location=command.location,
        startTime=moment(command.start),
        stopTime=moment(command.stop),
        retries=command.retries,
        retryInterval=command.retry_interval_s,
    )
    return [Request("GetDiagnostics", payload)]


def read_parameters(command: commands.ReadParameters) -> list[Request]:
    """§5.8: first all it lists, then those it has to be asked for by name, as many at once as it takes (§9.1.8)."""
    chunks = [command.keys[at : at + command.chunk] for at in range(0, len(command.keys), command.chunk)]
    return [Request("GetConfiguration", {}), *(Request("GetConfiguration", {"key": list(keys)}) for keys in chunks)]


def write_parameters(command: commands.WriteParameters) -> list[Request]:
    """§5.3."""
    return [Request("ChangeConfiguration", {"key": each.key, "value": each.value}) for each in command.values]


def raw_call(command: commands.RawCall) -> list[Request]:
    """As it stands."""
    return [Request(command.message, command.payload)]


WORDS: dict[type, tuple[str, Callable[[Any], list[Request]]]] = {
    commands.Reset: ("Reset", reset),
    commands.ClearCache: ("ClearCache", clear_cache),
    commands.ChangeAvailability: ("ChangeAvailability", change_availability),
    commands.UnlockConnector: ("UnlockConnector", unlock_connector),
    commands.RemoteStart: ("RemoteStartTransaction", remote_start),
    commands.RemoteStop: ("RemoteStopTransaction", remote_stop),
    commands.TriggerMessage: ("TriggerMessage", trigger_message),
    commands.Reserve: ("ReserveNow", reserve),
    commands.CancelReservation: ("CancelReservation", cancel_reservation),
    commands.SendLocalList: ("SendLocalList", send_local_list),
    commands.GetLocalListVersion: ("GetLocalListVersion", get_local_list_version),
    commands.DataTransfer: ("DataTransfer", data_transfer),
    commands.GetCompositeSchedule: ("GetCompositeSchedule", get_composite_schedule),
    commands.SetChargingPlan: ("SetChargingProfile", set_charging_plan),
    commands.ClearChargingPlans: ("ClearChargingProfile", clear_charging_plans),
    commands.GetDiagnostics: ("GetDiagnostics", get_diagnostics),
    commands.ReadParameters: ("GetConfiguration", read_parameters),
    commands.WriteParameters: ("ChangeConfiguration", write_parameters),
    commands.RawCall: ("", raw_call),
}
MESSAGES = sorted(
    {message for message, _words in WORDS.values() if message}
    | {
        "CertificateSigned", "DeleteCertificate", "ExtendedTriggerMessage",
        "GetInstalledCertificateIds", "GetLog", "InstallCertificate", "SignedUpdateFirmware", "UpdateFirmware",
    }
)  # fmt: skip
"""What a central system may send (§5 and the security extensions)."""


class Dialect16:
    """The words of OCPP 1.6 for commands."""

    def supports(self, kind: type) -> bool:
        """Whether there are words for this kind of command."""
        return kind in WORDS

    def message_of(self, kind: type) -> str:
        """The message such a command becomes; empty for one that may be any."""
        return WORDS[kind][0]

    def requests(self, command: Any) -> list[Request]:
        """The messages for ``command``, each valid by its schema."""
        if type(command) not in WORDS:
            raise NotSupported(f"OCPP {VERSION} has no such command.")
        requests = WORDS[type(command)][1](command)
        for request in requests:
            _check(request)
        return requests

    def verdict(self, message: str, payload: Any) -> Verdict:
        """What an answer means; one that breaks its schema is an error (its raw text is in the journal)."""
        errors = list(validators(SCHEMAS)[f"{message}Response"].iter_errors(payload))
        if errors and not (message == "GetConfiguration" and isinstance(payload, dict)):
            return Verdict(OperationState.FAILED, "", f"The answer does not fit its schema: {errors[0].message}")
        word = payload.get("status", "")
        if not word or word in AGREED:
            return Verdict(OperationState.ACCEPTED, word)
        # Of other messages the same word is about a connector or about the message triggered.
        return Verdict(
            OperationState.REJECTED, word, is_unsupported=(message, word) == ("SendLocalList", "NotSupported")
        )

    def refusal(self, message: str, code: str, text: str) -> Verdict:
        """What a CALLERROR means."""
        return Verdict(OperationState.FAILED, code, text, is_unsupported=code in UNKNOWN_CODES)

    def mended(self, message: str, payload: Any) -> Any:
        """An answer without the slips known of stations, where these do no harm."""
        return v16_parameters.mended(payload) if message == "GetConfiguration" else payload

    def reported(self, responses: Sequence[Any]) -> list[ReportedParameter]:
        """The parameters in the answers to GetConfiguration."""
        return v16_parameters.reported(responses)

    def written(self, requests: Sequence[Sequence[Any]], responses: Sequence[Any]) -> list[WrittenParameter]:
        """What came of each ChangeConfiguration."""
        return v16_parameters.written(requests, responses)

    def messages(self) -> list[str]:
        """Every message we may send."""
        return MESSAGES

    def schema(self, message: str) -> dict[str, Any]:
        """JSON schema of a message's payload."""
        return _schema(message)


def _check(request: Request) -> None:
    if request.message not in MESSAGES:
        raise InvalidRequest([f"{request.message} is no message of OCPP {VERSION} to a station."])
    errors = validators(SCHEMAS)[request.message].iter_errors(request.payload)
    texts = [": ".join(filter(None, (".".join(map(str, e.instance_path)), e.message))) for e in errors]
    if texts:
        raise InvalidRequest(texts[:SHOWN_ERRORS])


@cache
def _schema(message: str) -> dict[str, Any]:
    path = files("ocpp").joinpath(SCHEMAS, "schemas", f"{message}.json")
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    return schema


commands.register_dialect(VERSION, Dialect16())
