"""Diagnostics: the upload ends, well or badly."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from stations.models import ChargingStation, Operation
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import arrivals, came_to_nothing, happened, moment, stations_of

MESSAGE = "DiagnosticsStatusNotification"
UPLOADED, FAILED = "Uploaded", "UploadFailed"


class DiagnosticsRules(Rules):
    """Only stations whose last step ends an upload are looked at closer: it may be an earlier upload's."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """A long log over a slow line, and tried again."""
        return timedelta(hours=1)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """The station said after the request that it has uploaded, or could not."""
        rows = ChargingStation.objects.filter(pk__in=stations_of(operations), diagnostics_status__in=(UPLOADED, FAILED))
        last = dict(rows.values_list("pk", "diagnostics_status"))
        found = {}
        for step in (UPLOADED, FAILED):
            ended = [operation for operation in operations if last.get(operation.station_id) == step]
            for pk, at in (arrivals(ended, MESSAGE, f'"{step}"') if ended else {}).items():
                found[pk] = _seen(step, moment(at))
        return found


def _seen(step: str, time: str) -> Seen:
    if step == UPLOADED:
        return happened(_("Uploaded at {time}.").format(time=time))
    return came_to_nothing(_("The upload failed at {time}. Check the address and its password.").format(time=time))


register(DiagnosticsRules(), "get-diagnostics")
