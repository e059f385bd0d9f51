"""Forms that know what a person saw: two who edit the same thing do not undo each other's changes."""

from typing import Any

from django import forms


class SeenFormMixin(forms.BaseForm):
    """Sends along, hidden, what each input showed; what is unchanged since then need not be written."""

    def remember_seen(self) -> None:
        """Send along what the inputs show; to be called once all fields are there."""
        for field in self.fields.values():
            field.show_hidden_initial = not field.widget.is_hidden

    @property
    def changed_values(self) -> dict[str, Any]:
        """Cleaned values that are not what the person saw; all that were sent by whoever sent nothing along."""
        return {name: value for name, value in self.cleaned_data.items() if self._is_changed(name)}

    def _is_changed(self, name: str) -> bool:
        return self[name].html_initial_name not in self.data or name in self.changed_data
