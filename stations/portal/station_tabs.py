"""The tabs of a station's page; every app may register its own when it starts (``AppConfig.ready``)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from stations.models import ChargingStation

Context = Callable[[HttpRequest, ChargingStation], dict[str, Any]]


@dataclass(frozen=True)
class StationTab:
    """One tab: ``template`` is what it shows, ``context`` what that template needs beside ``station``."""

    slug: str
    label: Any
    weight: int
    template: str
    context: Context

    def url(self, station: ChargingStation) -> str:
        """Its own address; the first tab has that of the station itself."""
        if self is tabs()[0]:
            return reverse("stations:detail", args=[station.pk])
        return reverse("stations:tab", args=[station.pk, self.slug])


_tabs: dict[str, StationTab] = {}


def register(tab: StationTab) -> None:
    """Add ``tab`` to the page of every station."""
    if tab.slug in _tabs:
        raise ValueError(f"a station tab with the slug {tab.slug!r} exists already")
    _tabs[tab.slug] = tab


def tabs() -> list[StationTab]:
    """All tabs, by weight."""
    return sorted(_tabs.values(), key=lambda tab: tab.weight)


def find(slug: str) -> StationTab | None:
    """The tab with the slug ``slug``."""
    return _tabs.get(slug)
