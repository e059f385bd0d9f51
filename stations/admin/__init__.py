"""The Django admin of the station domain: where administrators keep its data."""

from stations.admin import access, catalogue, journal, locations, operations, sessions, stations

__all__ = ["access", "catalogue", "journal", "locations", "operations", "sessions", "stations"]
