"""The data of the station domain."""

from stations.models.access import ApiKey, Membership
from stations.models.badges import Badge
from stations.models.capabilities import Capabilities, LocalList
from stations.models.catalogue import StationModel
from stations.models.configuration import Configuration, ConfigurationChange
from stations.models.credentials import OnboardingToken
from stations.models.evses import EVSE, Connector
from stations.models.journal import OcppExchange, Refusal
from stations.models.locations import Company, Site, SiteArea
from stations.models.operations import BulkOperation, Operation
from stations.models.parameters import OcppParameter
from stations.models.sessions import ChargingSession, MeterSample
from stations.models.stations import ChargingStation, EndpointProcess

__all__ = [
    "EVSE",
    "ApiKey",
    "Badge",
    "BulkOperation",
    "Capabilities",
    "ChargingSession",
    "ChargingStation",
    "Company",
    "Configuration",
    "ConfigurationChange",
    "Connector",
    "EndpointProcess",
    "LocalList",
    "Membership",
    "MeterSample",
    "OcppExchange",
    "OcppParameter",
    "OnboardingToken",
    "Operation",
    "Refusal",
    "Site",
    "SiteArea",
    "StationModel",
]
