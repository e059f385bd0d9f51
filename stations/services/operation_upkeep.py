"""What time does to operations: too late to send, never heard of again, seen to take effect."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.commands import Verdict
from stations.enums import EffectState, OperationState
from stations.models import EndpointProcess, Operation
from stations.models.stations import LEASE_S
from stations.services.operation_delivery import settle
from stations.services.operation_rules import rules_of

LONGEST_CARRYING_OUT = timedelta(hours=1)
"""An operation still called sent after this long was forgotten by its process, however long its messages took."""


def expire_operations() -> int:
    """Withdraw what was not sent in time; returns how many."""
    late = Operation.objects.filter(state=OperationState.QUEUED, expires_at__lte=timezone.now())
    verdict = Verdict(OperationState.CANCELLED, "", _("Not sent in time: nothing happened at the station."))
    return _settle(late, verdict)


def settle_lost_operations() -> int:
    """Say of operations whose process died that their outcome is not known; returns how many."""
    now = timezone.now()
    alive = EndpointProcess.objects.filter(pk=OuterRef("endpoint_id"), renewed_at__gte=now - timedelta(seconds=LEASE_S))
    lost = Operation.objects.filter(state=OperationState.SENT).filter(
        ~Q(Exists(alive)) | Q(sent_at__lt=now - LONGEST_CARRYING_OUT)
    )
    return _settle(
        lost, Verdict(OperationState.TIMED_OUT, "", _("This system was interrupted before the answer came."))
    )


def _settle(operations: Any, verdict: Verdict) -> int:
    """Settle the queryset ``operations``, and let each action's rules draw their conclusions."""
    if not operations.exists():
        return 0  # without taking the writer's turn, which on SQLite there is only one of
    with transaction.atomic():
        rows = list(operations.select_related("station").order_by("pk").select_for_update(of=("self",)))
        by_action = defaultdict(list)
        for operation in rows:
            settle(operation, verdict, timezone.now())
            operation.save()
            by_action[operation.action].append(operation)
        for action, settled in by_action.items():
            rules_of(action).settled(settled)
    _announce(rows)
    return len(rows)


def follow_effects() -> int:
    """Look whether what stations agreed to has happened; returns how many operations are watched no longer."""
    by_action = defaultdict(list)
    for operation in Operation.objects.filter(effect=EffectState.AWAITED).select_related("station").order_by("pk"):
        by_action[operation.action].append(operation)
    changed = [operation for action, watched in by_action.items() for operation in _followed(action, watched)]
    _announce(changed)
    return len(changed)


def _followed(action: str, watched: list[Operation]) -> list[Operation]:
    """Those of ``watched`` whose effect was seen, or has not come in the time it should have taken."""
    now = timezone.now()
    seen = rules_of(action).seen(watched)
    changed = []
    for operation in watched:
        if operation.pk in seen:
            operation.effect, operation.effect_note = seen[operation.pk]
        elif operation.effect_until is not None and operation.effect_until <= now:
            operation.effect, operation.effect_note = EffectState.MISSING, ""
        else:
            continue
        operation.effect_at, operation.effect_note = now, operation.effect_note[:200]
        operation.save(update_fields=["effect", "effect_note", "effect_at"])
        changed.append(operation)
    return changed


def _announce(operations: Iterable[Operation]) -> None:
    stations = {operation.station_id for operation in operations}
    if stations:
        publish("operations", *(f"station-{pk}" for pk in stations))
