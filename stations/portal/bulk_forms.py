"""What a person says about a bulk operation beside the action's own parameters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.enums import OperationSource
from stations.portal.actions import ReasonForm
from stations.services.bulk_operations import FASTEST, SLOWEST, USUAL_PACE

FROM_PAGES = [OperationSource.PORTAL, OperationSource.ADMIN]


class BulkForm(ReasonForm):
    """Why, how fast, and from which page."""

    per_minute = forms.IntegerField(
        label=_("Stations per minute"),
        min_value=SLOWEST,
        max_value=FASTEST,
        initial=USUAL_PACE,
        required=False,
        help_text=_("A slower pace leaves time to cancel the rest when the first ones go wrong."),
    )
    source = forms.ChoiceField(
        choices=[(source.value, source.label) for source in FROM_PAGES], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_per_minute(self) -> int:
        """The usual pace where none is given."""
        given = self.cleaned_data["per_minute"]
        return self.fields["per_minute"].initial if given is None else given

    def clean_source(self) -> OperationSource:
        """The administration only for those who may use it."""
        return source_for(self._user, self.cleaned_data["source"])


def source_for(user: Any, text: str | None) -> OperationSource:
    """Where the request comes from: the portal, unless a member of the staff came from the administration."""
    return OperationSource.ADMIN if text == OperationSource.ADMIN and user.is_staff else OperationSource.PORTAL
