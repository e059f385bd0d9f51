"""What stations can do, learnt from what they answer."""

from collections.abc import Iterable

from stations.models import Capabilities


def learn_refused(refused: Iterable[tuple[int, str]]) -> None:
    """Remember for (station pk, message) pairs that the station does not know the message."""
    for station_id, message in refused:
        learnt, _made = Capabilities.objects.get_or_create(station_id=station_id)
        if message not in learnt.refused_messages:
            learnt.refused_messages.append(message)
            learnt.save(update_fields=["refused_messages"])
