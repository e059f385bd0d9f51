"""The buttons of a station and its connectors: what can be done now, and why the rest cannot."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from emobility.common.actions import Action, actions
from emobility.common.help import Explanation
from stations.enums import Role
from stations.models import ChargingStation, Connector

PRIMARY = ("remote-start", "reset", "disable", "enable", "use-system-configuration")
"""Actions with a button of their own; all others stand in the menu."""
OPPOSITE = {True: "enable", False: "disable"}
"""What is of no use to a station that is enabled, or is not."""


@dataclass(frozen=True)
class Button:
    """One action on one station, or on one connector of it; ``reason`` says why it cannot be done now."""

    action: Action
    station_id: int
    reason: str = ""
    connector: int | None = None

    @property
    def id(self) -> str:
        """Its element on the page, the same at every refresh."""
        return f"action-{self.action.name}" + (f"-{self.connector}" if self.connector else "")

    @property
    def url(self) -> str:
        """The dialog with confirmation and form."""
        url = reverse("stations:action", args=[self.station_id, self.action.name])
        return f"{url}?connector={self.connector}" if self.connector else url

    @property
    def explanation(self) -> Explanation:
        """What stands behind the (i)."""
        return Explanation(self.action.label, self.action.help)


@dataclass(frozen=True)
class ActionBar:
    """Buttons side by side, and the groups of the menu beside them."""

    primary: list[Button]
    groups: list[tuple[Any, list[Button]]]


class StationActions:
    """The actions on one station (of ``stations_for_actions``) for one person; asks the database once."""

    def __init__(self, user: Any, station: ChargingStation) -> None:
        self.station = station
        offered = [action for action in actions() if action.name != OPPOSITE[station.enabled]]
        self._roles = held_roles(user, station, {action.role for action in offered})
        self._reasons = [(action, self._reason(action)) for action in offered]

    @property
    def may_operate(self) -> bool:
        """Whether the person is at least operator here."""
        return Role.OPERATOR in self._roles

    def bar(self) -> ActionBar:
        """The buttons of the station."""
        buttons = self._buttons()
        rest = sorted((b for b in buttons if b.action.name not in PRIMARY), key=lambda b: str(b.action.group))
        groups = [(label, list(group)) for label, group in groupby(rest, lambda b: b.action.group)]
        primary = [b for name in PRIMARY for b in buttons if b.action.name == name]
        return ActionBar(primary, groups)

    def button(self, name: str) -> Button:
        """The button of one action on the station."""
        return next(button for button in self._buttons() if button.action.name == name)

    def on(self, connector: Connector) -> list[Button]:
        """The buttons of one connector."""
        return [
            Button(action, self.station.pk, reason or self._reason_on(action, connector), connector.number)
            for action, reason in self._reasons
            if action.takes_connector
        ]

    def _buttons(self) -> list[Button]:
        return [Button(action, self.station.pk, reason) for action, reason in self._reasons]

    def _reason(self, action: Action) -> str:
        if action.role not in self._roles:
            return not_allowed(action)
        return action.unavailable(self.station) or ""

    def _reason_on(self, action: Action, connector: Connector) -> str:
        return action.unavailable_on(self.station, connector) or ""


def station_actions(request: Any, station: ChargingStation) -> StationActions:
    """The actions for the person who asks; kept with the request, as header and tab show the same ones."""
    if getattr(request, "station_actions", None) is None:
        request.station_actions = StationActions(request.user, station)
    return request.station_actions


def not_allowed(action: Action) -> str:
    """Why somebody with a weaker role cannot do it."""
    return _("This needs the role {role} for the station. Ask your administrator.").format(
        role=Role(action.role).label.lower()
    )


def held_roles(user: Any, station: ChargingStation, roles: set[str]) -> set[str]:
    """Those of ``roles`` that ``user`` holds, at least, where ``station`` stands; one query for each."""
    stations = ChargingStation.objects
    return {role for role in roles if stations.visible_to(user, Role(role)).filter(pk=station.pk).exists()}
