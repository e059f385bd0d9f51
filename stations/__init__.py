"""Charging stations: what they are, how they connect, what they charge."""
