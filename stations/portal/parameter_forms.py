"""The form that edits many OCPP parameters of a station at once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stations.catalogue.values import LONGEST_KEY, LONGEST_VALUE, problem, spelt_like
from stations.portal.parameter_rows import ParameterRow

NUMBERS = ("integer", "decimal")


class EditedRow:
    """A parameter in the form: its input, if it can be changed, and what else can be done with it."""

    def __init__(self, form: forms.Form, row: ParameterRow) -> None:
        self.row = row
        self.value, self.recommended, self.removed = (
            form[name] if name in form.fields else None for name in names(row)
        )


def names(row: ParameterRow) -> tuple[str, str, str]:
    """Names of the fields of a parameter: its value, use the recommended one, remove it."""
    key = row.parameter.key_lower
    return f"value-{key}", f"recommended-{key}", f"removed-{key}"


class ParametersForm(forms.Form):
    """An input for each parameter that can be changed, and one parameter more that the station does not list.

    Only what was changed here counts: the values as they were shown come back with the form.
    """

    new_key = forms.CharField(
        required=False,
        max_length=LONGEST_KEY,
        label=gettext_lazy("Parameter"),
        help_text=gettext_lazy("Name of a parameter the station does not list, as its vendor writes it."),
    )
    new_value = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST_VALUE,
        label=gettext_lazy("Value"),
        help_text=gettext_lazy("It stays in the table also when the station goes on not listing it."),
    )

    def __init__(self, data: Any = None, *, rows: Sequence[ParameterRow]) -> None:
        super().__init__(data)
        self._rows = {row.parameter.key_lower: row for row in rows}
        for row in rows:
            self._add(row)

    def _add(self, row: ParameterRow) -> None:
        parameter = row.parameter
        value, recommended, removed = names(row)
        if not parameter.read_only:
            self.fields[value] = _field(row)
            if row.is_recommendation_unused:
                self.fields[recommended] = _tick(_("Use the recommended value of {key}"), row)
        if parameter.wanted_value is not None:
            self.fields[removed] = _tick(_("Remove the value of {key}"), row)

    @property
    def rows(self) -> list[EditedRow]:
        """All parameters, in order."""
        return [EditedRow(self, row) for row in self._rows.values()]

    def clean(self) -> dict[str, Any]:
        """Each changed value is one its parameter may have."""
        for row in self._rows.values():
            value = self._value(row)
            wrong = problem(row.parameter.key, value, {row.parameter.key: row.kind}) if value is not None else None
            if wrong:
                self.add_error(names(row)[0], wrong)
        key = self.cleaned_data.get("new_key") or ""
        if self.cleaned_data.get("new_value") and not key:
            self.add_error("new_key", _("Name the parameter that is to have this value."))
        if key.strip().lower() in self._rows:
            self.add_error("new_key", _("It is in the table already: change it there."))
        return self.cleaned_data

    @property
    def values(self) -> dict[str, str | None]:
        """What was changed, by parameter; None: nobody sets it any more."""
        found: dict[str, str | None] = {}
        for row in self._rows.values():
            if self.cleaned_data.get(names(row)[2]):
                found[row.parameter.key] = None
            elif (value := self._value(row)) is not None:
                found[row.parameter.key] = value
        if key := self.cleaned_data.get("new_key"):
            found[key] = self.cleaned_data["new_value"]
        return found

    def _value(self, row: ParameterRow) -> str | None:
        """The value entered for a parameter; None where it stays as it is, or is removed."""
        value, recommended, removed = names(row)
        if self.cleaned_data.get(removed):
            return None
        if self.cleaned_data.get(recommended):
            return row.parameter.recommended_value
        return self.cleaned_data.get(value) if value in self.changed_data else None

    def refuse(self, error: ValidationError) -> None:
        """Show at its field why a value was refused."""
        for key, texts in error.message_dict.items():
            row = self._rows.get(key.strip().lower())
            name = names(row)[0] if row else "new_key"
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


def _field(row: ParameterRow) -> forms.Field:
    """The input for a value of the parameter's type."""
    if row.is_secret:
        secret = forms.PasswordInput(attrs=_seen(row) | {"autocomplete": "new-password", "placeholder": _("unchanged")})
        return forms.CharField(required=False, strip=False, label=row.parameter.key, widget=secret)
    active = row.parameter.active_value
    if active is not None:
        active = spelt_like(row.kind, row.words[0], active)
    return forms.CharField(
        required=False,
        strip=False,
        label=row.parameter.key,
        initial="" if active is None else active,
        show_hidden_initial=True,
        widget=_widget(row, active),
    )


def _widget(row: ParameterRow, active: str | None) -> forms.Widget:
    if row.kind == "boolean":
        return forms.Select(attrs=_seen(row, "form-select"), choices=_choices(row, active))
    if row.kind in NUMBERS and (
        not active or problem(row.parameter.key, active, {row.parameter.key: row.kind}) is None
    ):
        return forms.NumberInput(attrs=_seen(row) | _range(row))
    return forms.TextInput(attrs=_seen(row))


def _seen(row: ParameterRow, css: str = "form-control") -> dict[str, Any]:
    return {"class": f"{css} {css}-sm", "aria-label": row.parameter.key, "spellcheck": "false"}


def _choices(row: ParameterRow, active: str | None) -> list[tuple[str, str]]:
    """True and false as the station writes them, and the present value when it is another."""
    words = list(row.words)
    if active is None or active not in words:
        words.insert(0, active or "")
    return [(word, word or "–") for word in words]


def _range(row: ParameterRow) -> dict[str, Any]:
    found: dict[str, Any] = {"step": 1 if row.kind == "integer" else "any"}
    if row.hint:
        found |= {"min": row.hint.minimum, "max": row.hint.maximum}
    return {name: value for name, value in found.items() if value is not None}


def _tick(text: str, row: ParameterRow) -> forms.BooleanField:
    return forms.BooleanField(required=False, label=text.format(key=row.parameter.key))
