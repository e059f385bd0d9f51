"""The numbers behind the charts, as JSON."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.generic import View

from emobility.common.views import PortalMixin
from stations.models import ChargingSession, ChargingStation
from stations.services.curves import Curve, session_curves, station_power

LONGEST = timedelta(days=31)
YEARS = range(2000, 2100)


class StationPower(PortalMixin, View):
    """Power of each connector from ``?from=`` to ``?to=`` (ISO 8601); without them, the last hour."""

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        """The curves, or 400 with the reason."""
        station = get_object_or_404(ChargingStation.objects.visible_to(request.user), pk=pk)
        try:
            end = _moment(request.GET.get("to"), timezone.now())
            start = _moment(request.GET.get("from"), end - timedelta(hours=1))
        except ValueError:
            return JsonResponse({"error": _("Give from and to as ISO 8601 times.")}, status=400)
        if not timedelta(0) < end - start <= LONGEST:
            return JsonResponse({"error": _("From must lie before to, by 31 days at most.")}, status=400)
        curves = station_power(station, start, end)
        for curve in curves:
            curve.label = _("Connector %(number)s") % {"number": curve.label}
        return _answer(curves, start=start.timestamp(), end=end.timestamp())


class SessionCurves(PortalMixin, View):
    """Power and energy over one session."""

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        """The curves."""
        session = get_object_or_404(ChargingSession.objects.visible_to(request.user), pk=pk)
        power, energy = session_curves(session)
        power.label, energy.label = _("Power"), _("Energy")
        return _answer([power, energy])


def _answer(curves: list[Curve], **more: Any) -> JsonResponse:
    return JsonResponse({"curves": [vars(curve) for curve in curves], **more}, headers={"Cache-Control": "no-store"})


def _moment(text: str | None, default: datetime) -> datetime:
    """The time ``text`` says; ValueError for anything else."""
    if not text:
        return default
    moment = parse_datetime(text)
    if moment is None or moment.year not in YEARS:
        raise ValueError(text)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
