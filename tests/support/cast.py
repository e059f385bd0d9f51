"""Everybody who may come by, and the one rule that says what they get."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emobility.common.actions import Action
from stations.enums import Role
from stations.models import (
    Badge,
    BulkOperation,
    ChargingSession,
    ChargingStation,
    Configuration,
    ConfigurationChange,
    Connector,
    OcppExchange,
    Operation,
    StationModel,
)
from stations.models.scopes import roles_from
from tests.support.factories import (
    BadgeFactory,
    BulkOperationFactory,
    ChargingSessionFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    MembershipFactory,
    OcppExchangeFactory,
    OcppParameterFactory,
    OperationFactory,
    SiteAreaFactory,
    SiteFactory,
    UserFactory,
)
from tests.support.models import TYPE_2, known_model, of_known_model
from tests.support.world import World

CHANGE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "stations_')


class Scope(Enum):
    """Where a role has to be held."""

    SITE = "at our site"
    COMPANY = "in our company as a whole"
    SOMEWHERE = "anywhere"
    EVERYWHERE = "over everything"


@dataclass(frozen=True)
class Person:
    """Somebody, and the role they hold in each scope; None: they do not belong there."""

    name: str
    user: Any
    holds: dict[Scope, Role | None]


@dataclass(frozen=True)
class Rule:
    """Who may, and what the others get: the statuses of answers.

    The unsigned are asked to sign in, those outside the scope get ``outside``, those whose role is too weak 403.
    """

    role: Role = Role.VIEWER
    inside: tuple[int, ...] = (200,)
    outside: int = 404
    scope: Scope = Scope.SITE
    role_in: Scope | None = None
    """Where the role has to be held, if not in that scope."""

    def answers(self, person: Person, unsigned: int) -> tuple[int, ...]:
        """What ``person`` may get."""
        if person.user is None:
            return (unsigned,)
        if person.holds[self.scope] is None:
            return (self.outside,)
        return self.inside if person.holds[self.role_in or self.scope] in roles_from(self.role) else (403,)

    def allows(self, person: Person) -> bool:
        """Whether ``person`` gets through."""
        return self.answers(person, 0) == self.inside


@dataclass(frozen=True)
class Things:
    """What of ours URLs can be about."""

    station: ChargingStation
    session: ChargingSession
    exchange: OcppExchange
    operation: Operation
    bulk: BulkOperation
    badge: Badge
    change: ConfigurationChange
    model: StationModel


@dataclass
class Cast:
    """The world, its people and what they can ask about."""

    world: World
    things: Things
    people: list[Person] = field(default_factory=list)


def make_cast(world: World) -> Cast:
    """A station of ours, connected and charging at the first of two connectors, and everybody around it."""
    return Cast(world, _make_things(world), _make_people(world))


def _make_things(world: World) -> Things:
    station = world.ours.station
    station.endpoint = EndpointProcessFactory()
    station.save()
    ConnectorFactory(evse=EVSEFactory(station=station, number=2))
    bulk = BulkOperationFactory()
    OperationFactory(station=station, bulk=bulk, state="rejected")
    return Things(
        station,
        ChargingSessionFactory(connector=world.ours.connector),
        OcppExchangeFactory(station=station),
        OperationFactory(station=station, bulk=bulk),
        bulk,
        BadgeFactory(company=world.ours.company),
        _changed(station),
        known_model(),
    )


def _changed(station: ChargingStation) -> ConfigurationChange:
    """What was entered for ``station``, whose model is known: its connectors and a parameter."""
    Configuration.objects.create(station=station, station_model=known_model(id="in-force"))
    Connector.objects.filter(station=station).update(**TYPE_2)
    OcppParameterFactory(station=station, key="EnteredKey", wanted_value="x")
    values = {"kind": "parameter", "item": "EnteredKey", "field": "wanted_value", "before": None, "after": "x"}
    return ConfigurationChange.objects.create(station=station, cause="edited", source="portal", changes=[values])


def _make_people(world: World) -> list[Person]:
    ours, top = world.ours, Role.ADMINISTRATOR
    elsewhere = SiteAreaFactory(site=SiteFactory(company=ours.company, name="Far away")).site
    return [
        Person("anonymous", None, {}),
        _person("member of nothing", UserFactory()),
        _person("viewer", world.viewer, Role.VIEWER, Role.VIEWER, Role.VIEWER),
        _person("operator", world.operator, Role.OPERATOR, Role.OPERATOR, Role.OPERATOR),
        _person("administrator", world.administrator, top, top, top),
        _person("foreign administrator", world.stranger, somewhere=top),
        _person(
            "operator of the site",
            MembershipFactory(role=Role.OPERATOR, site=ours.site).user,
            Role.OPERATOR,
            somewhere=Role.OPERATOR,
        ),
        _person(
            "operator of another site",
            MembershipFactory(role=Role.OPERATOR, site=elsewhere).user,
            somewhere=Role.OPERATOR,
        ),
        _person("global viewer", MembershipFactory(role=Role.VIEWER).user, *[Role.VIEWER] * 4),
        _person("superuser", world.superuser, *[top] * 4),
    ]


def _person(
    name: str,
    user: Any,
    site: Role | None = None,
    company: Role | None = None,
    somewhere: Role | None = None,
    everywhere: Role | None = None,
) -> Person:
    held = {Scope.SITE: site, Scope.COMPANY: company, Scope.SOMEWHERE: somewhere, Scope.EVERYWHERE: everywhere}
    return Person(name, user, held)


def parameters_for(action: Action) -> dict[str, Any]:
    """Parameters with which ``action`` is possible at the station of the cast."""
    free, later = {"badge": "BADGE", "connector": 2}, (timezone.now() + timedelta(hours=1)).isoformat()
    needed: dict[str, dict[str, Any]] = {
        "unlock-connector": {"connector": 1},
        "remote-start": free,
        "reserve": free | {"expires_at": later},
        "cancel-reservation": {"reservation_id": 1},
        "set-charging-plan": {"periods": [{"start_s": 0, "limit": 16}]},
        "get-diagnostics": {"location": "https://files.example/diagnostics"},
        "data-transfer": {"vendor_id": "org.example"},
        "ocpp-call": {"message": "ClearCache", "payload": {}},
        "set-parameters": {"values": {"MeterValueSampleInterval": "60"}},
    }
    return needed.get(action.name, {})


def prepare_for(action: Action, station: ChargingStation) -> None:
    """Bring ``station`` into the state in which ``action`` is possible."""
    ChargingStation.objects.filter(pk=station.pk).update(enabled=action.name != "enable")
    if action.name == "use-system-configuration":
        of_known_model(station)


@contextmanager
def undone() -> Iterator[Callable[[], list[str]]]:
    """What happens inside is taken back; gives the statements so far that changed anything of the station domain."""
    with transaction.atomic(), CaptureQueriesContext(connection) as statements:
        yield lambda: [each["sql"] for each in statements.captured_queries if CHANGE.match(each["sql"])]
        transaction.set_rollback(True)
