"""OCPP 1.6: every message a station may send, turned into one effect and its answer.

A handler is a plain function of the station's memory and a payload that may still be odd: what a
station must not be refused for (OCPP 1.6 §4.7, §4.8, §4.10) is read with ``.get``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from stations.enums import BadgeStatus, ConnectorStatus
from stations.models.badges import badge_key
from stations.ocpp import values
from stations.services.authorization import UNKNOWN_BADGE, AuthorizeBadge, BadgeVerdict
from stations.services.connectors import MAX_CONNECTORS, ReportStatus
from stations.services.effects import Effect
from stations.services.metering import RecordReadings
from stations.services.registration import RecordBoot, RecordProgress
from stations.services.sessions import StartSession, StopSession, new_transaction_id
from stations.services.station_state import OpenSession, StationState

SUBPROTOCOL = "ocpp1.6"
SCHEMAS = "v16"
VERSION = "1.6"

STATUSES = {
    "available": ConnectorStatus.AVAILABLE,
    "preparing": ConnectorStatus.PREPARING,
    "charging": ConnectorStatus.CHARGING,
    "suspendedev": ConnectorStatus.SUSPENDED_EV,
    "suspendedevse": ConnectorStatus.SUSPENDED_EVSE,
    "finishing": ConnectorStatus.FINISHING,
    "reserved": ConnectorStatus.RESERVED,
    "unavailable": ConnectorStatus.UNAVAILABLE,
    "faulted": ConnectorStatus.FAULTED,
    "occupied": ConnectorStatus.PREPARING,  # the word of OCPP 1.5 for "in use"
}
BADGE_STATUSES = {
    BadgeStatus.ACCEPTED: "Accepted",
    BadgeStatus.BLOCKED: "Blocked",
    BadgeStatus.EXPIRED: "Expired",
    BadgeStatus.INVALID: "Invalid",
}
OUT_OF_ORDER_S = 60
"""A status this much older than the one shown was delayed on the way; smaller steps are a clock being set."""


class Handling(NamedTuple):
    """What a message changes and how it is answered; ``answer`` is called once the effect is applied."""

    effect: Effect | None
    answer: Callable[[], dict]


def on_boot(state: StationState, payload: dict, now: datetime) -> Handling:
    """BootNotification (§4.2)."""
    facts = {
        "vendor": values.text(payload.get("chargePointVendor"), 100),
        "model": values.text(payload.get("chargePointModel"), 100),
        "serial_number": values.text(
            payload.get("chargePointSerialNumber") or payload.get("chargeBoxSerialNumber"), 100
        ),
        "box_serial_number": values.text(payload.get("chargeBoxSerialNumber"), 100),
        "firmware_version": values.text(payload.get("firmwareVersion"), 100),
        "iccid": values.text(payload.get("iccid"), 30),
        "imsi": values.text(payload.get("imsi"), 30),
        "meter_type": values.text(payload.get("meterType"), 50),
        "meter_serial_number": values.text(payload.get("meterSerialNumber"), 50),
    }
    answer = {"status": "Accepted", "currentTime": utc(now), "interval": heartbeat_interval_s(state.pk)}
    return Handling(RecordBoot(state.pk, facts, now), lambda: answer)


def on_heartbeat(state: StationState, payload: dict, now: datetime) -> Handling:
    """Heartbeat (§4.6)."""
    answer = {"currentTime": utc(now)}
    return Handling(None, lambda: answer)


def on_status(state: StationState, payload: dict, now: datetime) -> Handling:
    """StatusNotification (§4.9)."""
    number = values.integer(payload.get("connectorId"))
    if number is None or not 0 <= number <= MAX_CONNECTORS:
        return NOTHING
    raw = values.text(payload.get("status"), 50)
    status = STATUSES.get("".join(raw.split()).lower(), ConnectorStatus.UNKNOWN)
    connector = state.connectors.get(number)
    at = min(values.moment(payload.get("timestamp"), now) or now, now)
    if connector and connector.status_at and (connector.status_at - at).total_seconds() > OUT_OF_ORDER_S:
        return NOTHING
    effect = ReportStatus(
        state.pk,
        number,
        connector.pk if connector else None,
        status,
        raw,
        values.text(payload.get("errorCode"), 50),
        " ".join(filter(None, (values.text(payload.get(k), 100) for k in ("info", "vendorErrorCode"))))[:200],
        at,
        interrupts=connector.session if connector and status == ConnectorStatus.AVAILABLE else None,
    )
    return Handling(effect, dict)


def on_authorize(state: StationState, payload: dict, now: datetime) -> Handling:
    """Authorize (§4.1)."""
    effect = AuthorizeBadge(state.pk, values.text(payload.get("idTag"), 255))
    return Handling(effect, lambda: {"idTagInfo": id_tag_info(effect.verdict)})


def on_start(state: StationState, payload: dict, now: datetime) -> Handling:
    """StartTransaction (§4.8): always stored, always answered with a transaction id."""
    number, remark = _start_connector(state, payload.get("connectorId"))
    connector = state.connectors.get(number)
    started_at = values.moment(payload.get("timestamp"), now)
    id_tag = values.text(payload.get("idTag"), 255)
    meter_start, reservation = values.integer(payload.get("meterStart")), values.integer(payload.get("reservationId"))
    effect = StartSession(
        station_id=state.pk,
        number=number,
        connector_id=connector.pk if connector else None,
        id_tag=id_tag,
        report=(number, badge_key(id_tag), payload.get("timestamp"), meter_start, reservation),
        clock_trusted=started_at is not None,
        started_at=started_at or now,
        received_at=now,
        meter_start_wh=meter_start,
        reservation_id=reservation,
        replaces=connector.session if connector else None,
        remark=remark,
    )
    return Handling(
        effect, lambda: {"transactionId": int(effect.transaction_id or 0), "idTagInfo": id_tag_info(effect.verdict)}
    )


def on_stop(state: StationState, payload: dict, now: datetime) -> Handling:
    """StopTransaction (§4.10): always stored, never refused."""
    id_tag = values.text(payload.get("idTag"), 255)
    transaction_id = own_transaction(payload.get("transactionId"))
    session = state.sessions.get(transaction_id) if transaction_id else state.only_session(id_tag)
    meter_stop = values.integer(payload.get("meterStop"))
    effect = StopSession(
        station_id=state.pk,
        session=session,
        transaction_id=transaction_id,
        report=(payload.get("transactionId"), payload.get("timestamp"), meter_stop, badge_key(id_tag)),
        id_tag=id_tag,
        stopped_at=values.moment(payload.get("timestamp"), now) or now,
        received_at=now,
        meter_stop_wh=meter_stop,
        reason=values.text(payload.get("reason"), 30) or "Local",
        readings=values.readings(payload.get("transactionData") or [], now),
    )
    return Handling(effect, lambda: {"idTagInfo": id_tag_info(effect.verdict)} if effect.verdict else {})


def on_meter_values(state: StationState, payload: dict, now: datetime) -> Handling:
    """MeterValues (§4.7); connector 0 is the main meter."""
    number = values.integer(payload.get("connectorId"))
    if number is None or not 0 <= number <= MAX_CONNECTORS:
        return NOTHING
    readings = values.readings(payload.get("meterValue") or [], now)
    if not readings:
        return NOTHING
    transaction_id = own_transaction(payload.get("transactionId"))
    session = state.sessions.get(transaction_id) if transaction_id else _running(state, number)
    unknown = transaction_id if session is None else ""
    return Handling(RecordReadings(state.pk, number, session, unknown, readings), dict)


def on_data_transfer(state: StationState, payload: dict, now: datetime) -> Handling:
    """DataTransfer (§4.3): no vendor extension is known here."""
    return Handling(None, lambda: {"status": "UnknownVendorId"})


def on_firmware_status(state: StationState, payload: dict, now: datetime) -> Handling:
    """FirmwareStatusNotification (§4.5)."""
    return Handling(RecordProgress(state.pk, "firmware_status", values.text(payload.get("status"), 30)), dict)


def on_diagnostics_status(state: StationState, payload: dict, now: datetime) -> Handling:
    """DiagnosticsStatusNotification (§4.4)."""
    return Handling(RecordProgress(state.pk, "diagnostics_status", values.text(payload.get("status"), 30)), dict)


NOTHING = Handling(None, dict)
"""Answered and journalled, nothing to change."""

HANDLERS: dict[str, Callable[[StationState, dict, datetime], Handling]] = {
    "BootNotification": on_boot,
    "Heartbeat": on_heartbeat,
    "StatusNotification": on_status,
    "Authorize": on_authorize,
    "StartTransaction": on_start,
    "StopTransaction": on_stop,
    "MeterValues": on_meter_values,
    "DataTransfer": on_data_transfer,
    "FirmwareStatusNotification": on_firmware_status,
    "DiagnosticsStatusNotification": on_diagnostics_status,
}
BEFORE_ACCEPTED = frozenset({"BootNotification"})
"""What a station may send before its registration is accepted (§4.2)."""


def confirmation(action: str) -> dict:
    """The answer to a start, stop or meter values that could not be processed: a stop for that start is kept for review."""
    if action == "StartTransaction":
        return {"transactionId": int(new_transaction_id()), "idTagInfo": id_tag_info(UNKNOWN_BADGE)}
    return {}


def utc(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds; longer fractions break devices in the field."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def heartbeat_interval_s(station_id: int) -> int:
    """The heartbeat interval in seconds, spread by ±10 % so that stations that booted together drift apart."""
    base: int = settings.OCPP_HEARTBEAT_INTERVAL_S
    return base + (station_id * 2654435761 % 2001 - 1000) * base // 10_000


def id_tag_info(verdict: BadgeVerdict) -> dict[str, Any]:
    """IdTagInfo (§7.2)."""
    info: dict[str, Any] = {"status": BADGE_STATUSES[verdict.status]}
    if verdict.expires_at is not None:
        info["expiryDate"] = utc(verdict.expires_at)
    return info


def own_transaction(value: Any) -> str:
    """The transaction id if it can be one of ours (1 … 2³¹−1), else ""."""
    number = values.integer(value)
    return str(number) if number is not None and 0 < number < 2**31 else ""


def _start_connector(state: StationState, value: Any) -> tuple[int, str]:
    """The connector a start means, and what to check where that is a guess."""
    number = values.integer(value)
    if number is not None and 0 < number <= MAX_CONNECTORS:
        return number, ""
    if len(state.connectors) <= 1:
        return next(iter(state.connectors), 1), ""
    return 1, "The station named no usable connector; connector 1 is assumed."


def _running(state: StationState, number: int) -> OpenSession | None:
    connector = state.connectors.get(number)
    return connector.session if connector else None
