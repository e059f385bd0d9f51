"""The power that follows from what somebody types of connectors, while it is typed."""

from django.utils.translation import gettext as _

from stations.configuration.electrical import EnteredConnector, EnteredStation, Problems, completed, problems

Line = tuple[str, str]
"""What it is about, and what there is to say of it."""


def powers(entered: EnteredStation) -> list[Line]:
    """The power of each connector and of the station in watts with where it comes from, or what is in the way."""
    filled = completed(entered)
    wrong = problems(filled)
    lines = [(_("Connector {number}").format(number=c.number), _of_connector(c, wrong)) for c in filled.connectors]
    return [*lines, (_("Station"), _of_station(filled, wrong))]


def _of_connector(connector: EnteredConnector, wrong: Problems) -> str:
    if found := _first(wrong, connector.number, "phases", "maximum_power_w"):
        return found
    if connector.maximum_power_w is None:
        return _("not known yet: enter AC or DC, voltage and current.")
    if not (connector.voltage_v and connector.current_a):
        return f"{connector.maximum_power_w} W"
    phases = f"{connector.phases} × " if connector.phases else ""
    return f"{connector.maximum_power_w} W ({phases}{connector.voltage_v} V × {connector.current_a:g} A)"


def _of_station(station: EnteredStation, wrong: Problems) -> str:
    if found := _first(wrong, None, "maximum_power_w"):
        return found
    return f"{station.maximum_power_w} W" if station.maximum_power_w else _("not known yet.")


def _first(wrong: Problems, number: int | None, *fields: str) -> str | None:
    return next((text for field in fields for text in wrong.get((number, field), ())), None)
