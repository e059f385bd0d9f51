"""What the API answers and accepts. Descriptions are the help texts of the models."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Schema
from pydantic import Field

from stations.api.fields import (
    Flag,
    IdTag,
    Input,
    LongText,
    Moment,
    Name,
    Power,
    Reference,
    Text,
    Voltage,
    described,
    partial,
)
from stations.enums import BadgeStatus, TokenStatus
from stations.models import Badge, Company, OnboardingToken, Site, SiteArea


class CompanyIn(Input):
    name: Name = described(Company, "name")


@partial
class CompanyChanges(CompanyIn):
    """Fields left out stay as they are."""


class CompanyOut(Schema):
    id: int
    name: str = described(Company, "name")


class SiteIn(Input):
    company: Reference = described(Site, "company")
    name: Name = described(Site, "name")
    address: LongText = described(Site, "address", "")
    latitude: Annotated[Decimal, Field(ge=-90, le=90, decimal_places=6)] | None = described(Site, "latitude", None)
    longitude: Annotated[Decimal, Field(ge=-180, le=180, decimal_places=6)] | None = described(Site, "longitude", None)


@partial
class SiteChanges(SiteIn):
    """Fields left out stay as they are."""


class SiteOut(Schema):
    id: int
    company: int = described(Site, "company")
    name: str = described(Site, "name")
    address: str = described(Site, "address")
    latitude: float | None = described(Site, "latitude")
    longitude: float | None = described(Site, "longitude")

    @staticmethod
    def resolve_company(site: Site) -> int:
        return site.company_id


class SiteAreaIn(Input):
    site: Reference = described(SiteArea, "site")
    name: Name = described(SiteArea, "name")
    parent: Reference | None = described(SiteArea, "parent", None)
    maximum_power_w: Power | None = described(SiteArea, "maximum_power_w", None)
    voltage_v: Voltage = described(SiteArea, "voltage_v", 230)
    phases: Literal[1, 3] = described(SiteArea, "phases", 3)
    any_badge: Flag = described(SiteArea, "any_badge", False)


@partial
class SiteAreaChanges(SiteAreaIn):
    """Fields left out stay as they are."""


class SiteAreaOut(Schema):
    id: int
    site: int = described(SiteArea, "site")
    name: str = described(SiteArea, "name")
    parent: int | None = described(SiteArea, "parent")
    maximum_power_w: int | None = described(SiteArea, "maximum_power_w")
    voltage_v: int = described(SiteArea, "voltage_v")
    phases: int = described(SiteArea, "phases")
    any_badge: bool = described(SiteArea, "any_badge")

    @staticmethod
    def resolve_site(area: SiteArea) -> int:
        return area.site_id

    @staticmethod
    def resolve_parent(area: SiteArea) -> int | None:
        return area.parent_id


class BadgeIn(Input):
    company: Reference = described(Badge, "company")
    id_tag: IdTag = described(Badge, "id_tag")
    label: Text = described(Badge, "label", "")
    blocked: Flag = described(Badge, "blocked", False)
    expires_at: Moment | None = described(Badge, "expires_at", None)


@partial
class BadgeChanges(BadgeIn):
    """Fields left out stay as they are."""


class BadgeOut(Schema):
    id: int
    company: int = described(Badge, "company")
    id_tag: str = described(Badge, "id_tag")
    label: str = described(Badge, "label")
    blocked: bool = described(Badge, "blocked")
    expires_at: datetime | None = described(Badge, "expires_at")
    status: BadgeStatus = Field(description="What a station is answered when the badge is presented now.")

    @staticmethod
    def resolve_company(badge: Badge) -> int:
        return badge.company_id

    @staticmethod
    def resolve_status(badge: Badge) -> BadgeStatus:
        return badge.status_at(timezone.now())


class TokenIn(Input):
    description: Name = described(OnboardingToken, "description")
    site_area: Reference = described(OnboardingToken, "site_area")
    expires_at: Moment | None = described(OnboardingToken, "expires_at", None)
    disconnects_stations: Flag = described(OnboardingToken, "disconnects_stations", False)


@partial
class TokenChanges(Input):
    """Fields left out stay as they are."""

    description: Name = described(OnboardingToken, "description")
    expires_at: Moment | None = described(OnboardingToken, "expires_at", None)
    disconnects_stations: Flag = described(OnboardingToken, "disconnects_stations", False)
    revoked: Flag = Field(description="`true` revokes the token, for good.")


class TokenOut(Schema):
    id: int
    description: str = described(OnboardingToken, "description")
    site_area: int = described(OnboardingToken, "site_area")
    expires_at: datetime | None = described(OnboardingToken, "expires_at")
    revoked: bool = Field(description="Whether it was withdrawn by hand.")
    disconnects_stations: bool = described(OnboardingToken, "disconnects_stations")
    created_at: datetime = described(OnboardingToken, "created_at")
    status: TokenStatus = Field(description="Valid, expired or revoked.")

    @staticmethod
    def resolve_site_area(token: OnboardingToken) -> int:
        return token.site_area_id

    @staticmethod
    def resolve_revoked(token: OnboardingToken) -> bool:
        return token.status == TokenStatus.REVOKED


class NewTokenOut(TokenOut):
    url: str = Field(description="OCPP URL of the token's stations, up to their identity. Shown this once only.")
