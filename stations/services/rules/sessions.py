"""Start and stop from afar: the session that begins, the session that ends."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from stations.models import ChargingSession, Operation
from stations.models.badges import badge_key
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import asked_at, happened, stations_of
from stations.services.session_lookup import FINAL_STATES


class StartRules(Rules):
    """A car may still have to be plugged in: stations wait a minute or two for that."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Longer than stations usually wait for the plug."""
        return timedelta(minutes=5)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """A session of the badge, on the connector if one was named, whose start reached us after the request."""
        received = ChargingSession.objects.filter(
            station__in=stations_of(operations),
            received_at__gte=min(map(asked_at, operations)),
            connector__isnull=False,
        )
        by_station = defaultdict(list)
        for session in received.select_related("connector").order_by("pk"):
            by_station[session.station_id].append(session)
        return {
            operation.pk: happened(_started(session))
            for operation in operations
            for session in by_station[operation.station_id][::-1]
            if _is_meant(session, operation)
        }


def _is_meant(session: ChargingSession, operation: Operation) -> bool:
    asked = operation.details
    return (
        session.received_at >= asked_at(operation)
        and badge_key(session.id_tag) == badge_key(asked["id_tag"])
        and asked["connector"] in (None, session.connector and session.connector.number)
    )


def _started(session: ChargingSession) -> str:
    number = session.connector.number if session.connector else ""
    return _("Session {id} started on connector {number}.").format(id=session.transaction_id, number=number)


class StopRules(Rules):
    """Some cars have to be asked first, before the plug is freed."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Stations stop within seconds, and report the end when they are connected."""
        return timedelta(minutes=5)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """The station reported the end of the session."""
        wanted = {operation.details["transaction_id"] for operation in operations}
        ended = ChargingSession.objects.filter(
            station__in=stations_of(operations), transaction_id__in=wanted, state__in=FINAL_STATES
        )
        found = set(ended.values_list("station_id", "transaction_id"))
        return {
            operation.pk: happened(_("Session {id} ended.").format(id=operation.details["transaction_id"]))
            for operation in operations
            if (operation.station_id, operation.details["transaction_id"]) in found
        }


register(StartRules(), "remote-start")
register(StopRules(), "remote-stop")
