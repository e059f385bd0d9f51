"""The Django admin of the station domain: where administrators keep its data."""

from stations.admin import access, journal, locations, operations, sessions, stations

__all__ = ["access", "journal", "locations", "operations", "sessions", "stations"]
