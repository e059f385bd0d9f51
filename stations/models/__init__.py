"""The data of the station domain."""

from stations.models.access import ApiKey, Membership
from stations.models.badges import Badge
from stations.models.capabilities import Capabilities, LocalList
from stations.models.credentials import OnboardingToken
from stations.models.journal import OcppExchange, Refusal
from stations.models.locations import Company, Site, SiteArea
from stations.models.operations import BulkOperation, Operation
from stations.models.sessions import ChargingSession, MeterSample
from stations.models.stations import EVSE, ChargingStation, Connector, EndpointProcess

__all__ = [
    "EVSE",
    "ApiKey",
    "Badge",
    "BulkOperation",
    "Capabilities",
    "ChargingSession",
    "ChargingStation",
    "Company",
    "Connector",
    "EndpointProcess",
    "LocalList",
    "Membership",
    "MeterSample",
    "OcppExchange",
    "OnboardingToken",
    "Operation",
    "Refusal",
    "Site",
    "SiteArea",
]
