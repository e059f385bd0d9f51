"""The form of a station's connectors: a row for each, and what the station can deliver as a whole."""

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emobility.common.help import Explanation, explanation
from emobility.common.seen_forms import SeenFormMixin
from stations.configuration.electrical import HIGHEST_NUMBER, EnteredConnector, EnteredStation, Problems
from stations.models import ChargingStation, Connector
from stations.portal.connector_powers import Line, powers

MOST_ROWS = 50
"""Rows a form has at most; the server takes no more fields than these have."""
PREFIX = "connectors"


class StationPowerForm(SeenFormMixin, forms.ModelForm):
    """What the station can deliver as a whole."""

    class Meta:
        model = ChargingStation
        fields = ("maximum_power_w", "shares_power")


class ConnectorRowForm(SeenFormMixin, forms.ModelForm):
    """One connector; what is left empty is not known, or follows from the rest."""

    number = forms.IntegerField(label=_("Connector"), min_value=1, max_value=HIGHEST_NUMBER)
    evse = forms.IntegerField(label=_("EVSE"), min_value=1, max_value=HIGHEST_NUMBER)

    class Meta:
        model = Connector
        fields = ("number", "type", "current_type", "phases", "voltage_v", "current_a", "maximum_power_w", "phase_rotation")  # fmt: skip

    field_order = ("number", "evse")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = ""  # stands behind the (i): see ``cells``
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = css

    @property
    def cells(self) -> list[tuple[forms.BoundField, Explanation]]:
        """Inputs a person sees, each with what stands behind its (i)."""
        return [
            (bound, explanation(Connector, bound.name)) for bound in self.visible_fields() if bound.name != "DELETE"
        ]

    @property
    def known_number(self) -> int | None:
        """Number of the connector where it is not to be entered."""
        return self.initial.get("number") if self.fields["number"].widget.is_hidden else None

    def entered(self, now: EnteredConnector | None) -> EnteredConnector:
        """The connector as it is ``now``, with what was changed; without ``now`` as it was entered."""
        values = self.changed_values if now else self.cleaned_data
        facts = {name: value for name, value in values.items() if name != "DELETE"}
        return replace(now, **facts) if now else EnteredConnector(**facts)


class _ConnectorRows(forms.BaseFormSet):
    """Rows of the connectors that exist, then of new ones; those the station reported stay."""

    def __init__(self, *args: Any, removable: Collection[int] = (), is_shared: bool = False, **kwargs: Any) -> None:
        self._removable, self._is_shared = removable, is_shared
        super().__init__(*args, **kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        """A known connector keeps its number, and what others change of it meanwhile where the form is shared."""
        super().add_fields(form, index)
        if index is None or index >= self.initial_form_count():
            return
        form.fields["number"].widget = forms.HiddenInput()
        if self._is_shared:
            form.remember_seen()
        if form.initial.get("number") not in self._removable:
            del form.fields["DELETE"]


ConnectorRows: Any = forms.formset_factory(
    ConnectorRowForm, formset=_ConnectorRows, extra=0, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


class ConnectorsForm:
    """Everything about a station's connectors and power on one page.

    ``now`` is what the form starts from; connectors that are not in what was sent stay as they are there, and so do
    values that nobody changed when the form ``is_shared``: others may have saved since it was shown.
    """

    def __init__(
        self, data: Any = None, *, now: EnteredStation, removable: Collection[int] = (), is_shared: bool = False
    ) -> None:
        self._now = now
        station = {"maximum_power_w": now.maximum_power_w, "shares_power": now.shares_power}
        rows = [_as_written(connector) for connector in now.connectors]
        self.station = StationPowerForm(data, initial=station)
        sent, known = _with_one_more(data, now), {"removable": removable, "is_shared": is_shared}
        self.connectors = ConnectorRows(sent, initial=rows, prefix=PREFIX, **known)
        if is_shared:
            self.station.remember_seen()

    @property
    def errors(self) -> bool:
        """Whether something has to be corrected."""
        return bool(self.station.errors) or bool(self.connectors.total_error_count())

    def is_valid(self) -> bool:
        """Whether each value is one its field may have; ``problems`` of the whole come after that."""
        return self.station.is_valid() and self.connectors.is_valid()

    def entered(self) -> EnteredStation:
        """The station as it was entered."""
        now = {connector.number: connector for connector in self._now.connectors}
        rows = {form: form.cleaned_data["number"] for form in self.connectors.forms if form.cleaned_data.get("number")}
        entered = [form.entered(now.get(n)) for form, n in rows.items() if not form.cleaned_data.get("DELETE")]
        entered += [connector for number, connector in now.items() if number not in rows.values()]
        ordered = sorted(entered, key=lambda connector: connector.number)
        return replace(self._now, connectors=tuple(ordered), **self.station.changed_values)

    @property
    def powers(self) -> list[Line]:
        """The power that follows from what is in the form; nothing while something has to be corrected."""
        if not self.station.is_bound:
            return powers(self._now)
        return powers(self.entered()) if self.is_valid() else []

    def refuse(self, problems: Problems) -> None:
        """Show at its field what is wrong."""
        rows = {form.cleaned_data.get("number"): form for form in self.connectors.forms}
        for (number, name), texts in problems.items():
            form = self.station if number is None else rows.get(number, self.station)
            field = name if name in form.fields and form.fields[name].widget.is_hidden is False else None
            for text in texts:
                form.add_error(field, text)


def _as_written(connector: EnteredConnector) -> dict[str, Any]:
    """Its values as people write them: 32 amperes, not 32.0."""
    current_a = connector.current_a
    return asdict(connector) | {"current_a": None if current_a is None else f"{current_a:g}"}


def _with_one_more(data: Any, now: EnteredStation) -> Any:
    """``data``, with a row for another connector where that was asked for."""
    if data is None or "add" not in data:
        return data
    longer, count = data.copy(), _number(data.get(f"{PREFIX}-TOTAL_FORMS"))
    if count < MOST_ROWS:
        taken = [connector.number for connector in now.connectors]
        taken += [_number(data.get(f"{PREFIX}-{index}-number")) for index in range(count)]
        longer[f"{PREFIX}-TOTAL_FORMS"] = str(count + 1)
        longer[f"{PREFIX}-{count}-number"] = longer[f"{PREFIX}-{count}-evse"] = str(max(taken, default=0) + 1)
    return longer


def _number(text: Any) -> int:
    """What was sent as a number; 0 for anything else."""
    return int(text) if str(text).isdecimal() and len(str(text)) < 10 else 0
