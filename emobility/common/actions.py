"""What a person can do to a thing, declared once: it drives button, bulk bar, admin, API, help and audit.

An app registers its actions when it starts. Nothing here knows stations: ``subject`` is whatever the
action is about.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from emobility.common.choices import DescribedChoices


class Risk(DescribedChoices):
    """What an action can do to people who are charging."""

    NONE = "none", _("Asks or reads; nobody notices."), "good", _("Harmless")
    LOW = "low", _("Changes something that is easily changed back."), "busy", _("Low")
    HIGH = "high", _("Can end charging sessions or take a station out of use."), "warn", _("High")


class Target(DescribedChoices):
    """What an action is about."""

    STATION = "station", _("The charging station as a whole."), "idle", _("Station")
    CONNECTOR = "connector", _("One connector; the parameter `connector` says which."), "idle", _("Connector")


class Parameters(BaseModel):
    """What an action asks for; unknown fields are refused. Titles and descriptions are shown to people."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def always(subject: Any) -> str | None:
    """Available in every situation."""
    return None


def nothing(subject: Any, parameters: Any) -> Iterable[Any]:
    """Ends no charging session; changes no value."""
    return ()


def anywhere(subject: Any, connector: Any) -> str | None:
    """Available on every connector."""
    return None


class NotNow(Exception):
    """With these parameters it cannot be done as things stand; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Action:
    """One thing a person can do."""

    name: str
    label: Any
    help: Any
    icon: str
    role: str
    """The weakest role that may do it."""
    risk: Risk
    effect: Any
    """What will happen, as a sentence for the confirmation."""
    build: Callable[[Any, Any], Any]
    """``build(subject, parameters)`` makes the command; None when nothing has to be sent. Raises ``NotNow``."""
    sends: tuple[type, ...] = ()
    """Kinds of command it sends; a station whose OCPP version has no words for one cannot do it."""
    parameters: type[Parameters] = Parameters
    unavailable: Callable[[Any], str | None] = always
    """The reason why it cannot be done to the subject now; None when it can."""
    unavailable_on: Callable[[Any, Any], str | None] = anywhere
    """The same for one connector of the subject, in addition."""
    ends: Callable[[Any, Any], Iterable[Any]] = nothing
    """``ends(subject, parameters)``: the running charging sessions it ends."""
    group: Any = ""
    is_bulk: bool = True
    """Whether it makes sense for many subjects at once, with the same parameters."""
    priority: int = 2
    carries_on: bool = False
    """Whether it goes on with its next message where the subject declines one."""
    changes: Callable[[Any, Any], Iterable[Any]] = nothing
    """``changes(subject, parameters)``: the values it changes here and at the subject, for the preview."""
    needs: tuple[str, ...] = ()
    """Relations of the subject that ``build`` reads, to be fetched beforehand where there are many subjects."""

    @property
    def target(self) -> Target:
        """A connector where one must be named, else the station as a whole."""
        named = self.parameters.model_fields.get("connector")
        return Target.CONNECTOR if named is not None and named.is_required() else Target.STATION

    @property
    def previews_changes(self) -> bool:
        """Whether it changes values that can be listed beforehand."""
        return self.changes is not nothing

    @property
    def takes_connector(self) -> bool:
        """Whether a connector may be named."""
        return "connector" in self.parameters.model_fields

    @property
    def has_parameters(self) -> bool:
        """Whether a person has to enter anything."""
        return bool(self.parameters.model_fields)

    def schema(self) -> dict[str, Any]:
        """JSON schema of its parameters."""
        return self.parameters.model_json_schema()


_actions: dict[str, Action] = {}


def register(*actions: Action) -> None:
    """Add ``actions``, in the order in which people see them."""
    for action in actions:
        if action.name in _actions:
            raise ValueError(f"an action named {action.name!r} exists already")
        _actions[action.name] = action


def actions() -> list[Action]:
    """Every action."""
    return list(_actions.values())


def find(name: str) -> Action | None:
    """The action called ``name``."""
    return _actions.get(name)
