"""Reset and reboot: the station boots."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from stations.models import ChargingStation, Operation
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import asked_at, happened, moment, stations_of


class BootRules(Rules):
    """Watched for long enough for a station that ends its sessions first and starts up slowly."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Also where no answer came: many stations reset without one."""
        return timedelta(minutes=10)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """A BootNotification after the request."""
        found = {}
        boots = dict(ChargingStation.objects.filter(pk__in=stations_of(operations)).values_list("pk", "rebooted_at"))
        for operation in operations:
            at = boots.get(operation.station_id)
            if at is not None and at >= asked_at(operation):
                found[operation.pk] = happened(_("The station booted at {time}.").format(time=moment(at)))
        return found


register(BootRules(), "reset", "reboot")
