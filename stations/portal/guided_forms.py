"""Forms of the guided entry: where to start, and which suggested parameters to take."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stations.catalogue.documents import ParameterType
from stations.catalogue.values import LONGEST_VALUE, problem
from stations.configuration.presets import Likeness, preset_named
from stations.configuration.suggestions import Suggestion

MOST_CONNECTORS = 20
LONG = 40
"""Characters from which on a value gets more than one line."""
NOW, PRESET, MODEL_CHOSEN, MODEL = "now", "preset:", "model", "model:"
"""Where the entry starts from: what the station has now, a preset, the model chosen beside the button."""


class StartForm(forms.Form):
    """What the connectors are filled in from."""

    count = forms.IntegerField(
        label=gettext_lazy("Number of connectors"),
        min_value=1,
        max_value=MOST_CONNECTORS,
        initial=1,
        required=False,
        help_text=gettext_lazy("The station has not reported any yet. Count its plugs and sockets."),
    )
    model = forms.ChoiceField(
        label=gettext_lazy("Model of the catalogue"),
        required=False,
        help_text=gettext_lazy("Its connectors and recommended parameters are filled in; you check and change them."),
    )
    start = forms.CharField()

    def __init__(self, data: Any = None, *, likenesses: Sequence[Likeness], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        groups = [(likeness.label, [(each.id, each.label) for each in likeness.documents]) for likeness in likenesses]
        self.fields["model"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A start that exists; a model is chosen where one is asked for."""
        start = self.cleaned_data.get("start", "")
        if start == MODEL_CHOSEN:
            if not self.cleaned_data.get("model") and "model" not in self.errors:
                self.add_error("model", _("Choose a model first."))
        elif start != NOW and preset_named(start.removeprefix(PRESET)) is None:
            raise forms.ValidationError(_("Choose where to start."))
        return self.cleaned_data


def _input(value: str) -> forms.Widget:
    """An input that shows all of ``value``."""
    attrs = {"class": "form-control mono", "spellcheck": "false"}
    return forms.Textarea(attrs | {"rows": 3}) if len(value) > LONG else forms.TextInput(attrs)


class SuggestedRow:
    """A suggestion in the form: whether it is taken, and with which value."""

    def __init__(self, form: forms.Form, suggestion: Suggestion) -> None:
        self.suggestion = suggestion
        self.use, self.value = form[f"use-{suggestion.key}"], form[f"value-{suggestion.key}"]


class SuggestionsForm(forms.Form):
    """A tick and a value for each suggestion; only those that are ticked count."""

    def __init__(
        self, data: Any = None, *, rows: Sequence[Suggestion], types: Mapping[str, ParameterType] | None = None
    ) -> None:
        super().__init__(data)
        self._suggestions, self._types = rows, types
        for row in rows:
            self._add(row)

    def _add(self, row: Suggestion) -> None:
        self.fields[f"use-{row.key}"] = forms.BooleanField(
            required=False,
            initial=row.is_ticked,
            disabled=row.read_only,
            label=_("Set {key}").format(key=row.key),
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )
        self.fields[f"value-{row.key}"] = forms.CharField(
            required=False,
            initial=row.value,
            disabled=row.read_only,
            max_length=LONGEST_VALUE,
            label=_("Value of {key}").format(key=row.key),
            widget=_input(row.value),
        )

    @property
    def rows(self) -> list[SuggestedRow]:
        """The suggestions with their inputs."""
        return [SuggestedRow(self, suggestion) for suggestion in self._suggestions]

    def clean(self) -> dict[str, Any]:
        """Values that are ticked fit their parameters."""
        for key, value in self._ticked().items():
            if wrong := problem(key, value, self._types):
                self.add_error(f"value-{key}", wrong)
        return self.cleaned_data

    def _ticked(self) -> dict[str, str]:
        found = self.cleaned_data
        return {
            row.key: found.get(f"value-{row.key}", "")
            for row in self._suggestions
            if found.get(f"use-{row.key}") and not row.read_only
        }

    @property
    def values(self) -> dict[str, str]:
        """Parameters to set, each with its value."""
        return self._ticked()
