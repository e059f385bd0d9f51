"""Charging plans, entered by hand."""

import secrets
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field

from emobility.common.actions import Action, NotNow, Parameters, Risk, register
from stations.actions.reasons import registered, running_sessions
from stations.commands import ChargingPeriod, ChargingPlan, ClearChargingPlans, GetCompositeSchedule, SetChargingPlan
from stations.enums import Role

GROUP = _("Charging plans")
PROFILE = "SmartCharging"
Purpose = Literal["station_maximum", "default", "session"]
Unit = Literal["A", "W"]


class Period(Parameters):
    """From ``start_s`` on at most ``limit``."""

    start_s: int = Field(ge=0, le=604_800, title="Start (s)", description="Seconds after the start of the plan.")
    limit: float = Field(ge=0, le=1_000_000, multiple_of=0.1, title="Limit", description="In A per phase, or in W.")
    phases: int | None = Field(None, ge=1, le=3, title="Phases", description="Phases it may use.")


class PlanParameters(Parameters):
    """A charging plan and where it applies."""

    connector: int = Field(0, ge=0, le=999, title="Connector", description="0 is the whole station.")
    purpose: Purpose = Field(
        "default",
        title="Purpose",
        description="station_maximum limits the whole station, default every session without a plan of its own, session the running session.",
    )
    stack_level: int = Field(0, ge=0, le=100, title="Stack level", description="Of several plans the highest counts.")
    unit: Unit = Field("A", title="Unit", description="A per phase, or W in total.")
    periods: list[Period] = Field(
        min_length=1,
        max_length=100,
        title="Periods",
        description='As JSON, for example [{"start_s": 0, "limit": 16}]. The first one starts at 0.',
    )
    kind: Literal["absolute", "recurring", "relative"] = Field(
        "absolute", title="Kind", description="relative counts from the start of the session."
    )
    recurrency: Literal["daily", "weekly"] | None = Field(
        None, title="Recurs", description="For recurring plans: how often."
    )
    start: AwareDatetime | None = Field(None, title="Start", description="Empty: now.")
    duration_s: int | None = Field(None, ge=1, le=31_536_000, title="Duration (s)", description="Empty: for ever.")


class ClearParameters(Parameters):
    """Which plans: those that match everything given; all of them when nothing is."""

    id: int | None = Field(None, ge=1, lt=2**31, title="Plan id", description="One plan alone.")
    connector: int | None = Field(None, ge=0, le=999, title="Connector", description="0 is the whole station.")
    purpose: Purpose | None = Field(None, title="Purpose", description="Only plans of this purpose.")
    stack_level: int | None = Field(None, ge=0, le=100, title="Stack level", description="Only plans of this level.")


class CompositeParameters(Parameters):
    """Where, and how far ahead."""

    connector: int = Field(0, ge=0, le=999, title="Connector", description="0 is the whole station.")
    duration_s: int = Field(3600, ge=1, le=604_800, title="Duration (s)", description="How far ahead.")
    unit: Unit | None = Field(None, title="Unit", description="A per phase, or W in total.")


def _set(station: Any, parameters: PlanParameters) -> SetChargingPlan:
    _check(parameters)
    session = _session(station, parameters.connector) if parameters.purpose == "session" else None
    plan = ChargingPlan(
        secrets.randbelow(2**31 - 1) + 1,
        parameters.purpose,
        parameters.stack_level,
        parameters.unit,
        tuple(ChargingPeriod(p.start_s, p.limit, p.phases) for p in parameters.periods),
        parameters.kind,
        parameters.recurrency,
        start=None if parameters.kind == "relative" else parameters.start or timezone.now(),
        duration_s=parameters.duration_s,
        transaction_id=session.transaction_id if session else None,
    )
    return SetChargingPlan(parameters.connector, plan)


def _check(parameters: PlanParameters) -> None:
    """What no schema says (OCPP 1.6 §3.13, §7.8)."""
    starts = [period.start_s for period in parameters.periods]
    if starts[0] != 0 or sorted(set(starts)) != starts:
        raise NotNow(now_("The first period starts at 0 and every later one after the one before."))
    if parameters.purpose == "station_maximum" and parameters.connector != 0:
        raise NotNow(now_("A station maximum belongs to connector 0."))
    if parameters.purpose == "station_maximum" and parameters.kind == "relative":
        raise NotNow(now_("A station maximum cannot be relative to a session."))
    if (parameters.kind == "recurring") != (parameters.recurrency is not None):
        raise NotNow(now_("Say how often the plan recurs if, and only if, it is recurring."))


def _session(station: Any, connector: int) -> Any:
    for session in running_sessions(station):
        if session.connector and session.connector.number == connector:
            return session
    raise NotNow(now_("No session runs on connector {number}.").format(number=connector))


register(
    Action(
        "set-charging-plan",
        _("Set charging plan"),
        _("Installs limits on current or power over time."),
        "speedometer2",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The station keeps to the limits from the plan's start on."),
        build=_set,
        sends=(SetChargingPlan,),
        parameters=PlanParameters,
        unavailable=registered(SetChargingPlan, profile=PROFILE),
        group=GROUP,
    ),
    Action(
        "clear-charging-plans",
        _("Clear charging plans"),
        _("Drops charging plans from the station: one, some or all."),
        "eraser",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The limits of these plans end. Cars may take more power at once."),
        build=lambda station, parameters: ClearChargingPlans(**parameters.model_dump()),
        sends=(ClearChargingPlans,),
        parameters=ClearParameters,
        unavailable=registered(ClearChargingPlans, profile=PROFILE),
        group=GROUP,
    ),
    Action(
        "get-composite-schedule",
        _("Get composite schedule"),
        _("Asks the station what limits result from all its charging plans together."),
        "graph-up",
        role=Role.OPERATOR,
        risk=Risk.NONE,
        effect=_("The station answers with the limits ahead."),
        build=lambda station, parameters: GetCompositeSchedule(**parameters.model_dump()),
        sends=(GetCompositeSchedule,),
        parameters=CompositeParameters,
        unavailable=registered(GetCompositeSchedule, profile=PROFILE),
        group=GROUP,
        is_bulk=False,
    ),
)
