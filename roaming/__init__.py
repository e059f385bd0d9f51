"""Drivers of other providers charge here (OCPI)."""
