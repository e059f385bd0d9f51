"""The data of the station domain."""

from stations.models.access import ApiKey, Membership
from stations.models.badges import Badge
from stations.models.credentials import OnboardingToken
from stations.models.journal import OcppExchange, Refusal
from stations.models.locations import Company, Site, SiteArea
from stations.models.sessions import ChargingSession, MeterSample
from stations.models.stations import EVSE, ChargingStation, Connector, EndpointProcess

__all__ = [
    "EVSE",
    "ApiKey",
    "Badge",
    "ChargingSession",
    "ChargingStation",
    "Company",
    "Connector",
    "EndpointProcess",
    "Membership",
    "MeterSample",
    "OcppExchange",
    "OnboardingToken",
    "Refusal",
    "Site",
    "SiteArea",
]
