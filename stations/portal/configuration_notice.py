"""What a station's page says about its configuration: whose it is, why, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse

from stations.configuration.changes import Change
from stations.configuration.system import NEEDS, system_changes
from stations.enums import ConfigurationStatus
from stations.models import ChargingStation, Configuration, StationModel
from stations.portal.action_bar import Button, StationActions
from stations.portal.changes import ChangeGroup, grouped
from stations.portal.facts import Fact, facts

NEEDED = ("configuration__station_model", "configuration__matching_model")
"""Relations of a station to select for its page."""


@dataclass(frozen=True)
class Notice:
    """What needs attention; ``kind`` is unknown, offered or overwritten."""

    kind: str
    configuration: Configuration
    button: Button
    """*Use System Configuration*."""
    count: int = 0
    changes: Sequence[ChangeGroup] = ()
    """What the button would change."""


def configuration_of(station: ChargingStation) -> Configuration:
    """The station's row, or what stands for a missing one."""
    return getattr(station, "configuration", None) or Configuration(station=station)


def notice(actions: StationActions) -> Notice | None:
    """What the person should know about the configuration; None when all is well, or nothing is known yet."""
    station = actions.station
    configuration, button = configuration_of(station), actions.button("use-system-configuration")
    if offered := configuration.offered_model:
        return Notice("offered", configuration, button, *_difference(station, offered))
    if configuration.station_model and configuration.status == ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN:
        return Notice("overwritten", configuration, button, *_difference(station, configuration.station_model))
    if _is_unknown(station, configuration):
        return Notice("unknown", configuration, button)
    return None


def _is_unknown(station: ChargingStation, configuration: Configuration) -> bool:
    """It said what it is, the catalogue does not know it, and nobody has entered its connectors yet."""
    is_known = configuration.matching_model_id or configuration.station_model_id
    return bool(station.rebooted_at and not is_known and not configuration.entered_at)


def _difference(station: ChargingStation, model: StationModel) -> tuple[int, list[ChangeGroup]]:
    prefetch_related_objects([station], *NEEDS)
    changes: list[Change] = system_changes(station, model)
    return len(changes), grouped(changes)


def configuration_facts(station: ChargingStation) -> list[Fact]:
    """Status, models of the catalogue, and why they fit."""
    configuration = configuration_of(station)
    urls = {
        name: reverse("catalogue:detail", args=[model.slug])
        for name in ("station_model", "matching_model")
        if (model := getattr(configuration, name)) is not None
    }
    names = ("status", "station_model", "matching_model", "match_reasons", "reviewed_at", "entered_at")
    return [_readable(fact) for fact in facts(configuration, *names, urls=urls)]


def _readable(fact: Fact) -> Fact:
    value: Any = "; ".join(fact.value) if isinstance(fact.value, list) else fact.value
    return Fact(fact.name, fact.label, fact.kind, value, fact.url)
