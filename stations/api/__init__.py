"""The REST API of the station domain: one router per resource, composed by ``emobility.api``."""
