"""Forms of the onboarding token pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emobility.common.forms import MomentInput
from stations.models import OnboardingToken

USUAL_VALIDITY = timedelta(days=30)


class TokenForm(forms.ModelForm):
    """What may change as long as a token is not revoked."""

    class Meta:
        model = OnboardingToken
        fields: tuple[str, ...] = ("description", "expires_at", "disconnects_stations")
        widgets = {"expires_at": MomentInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        expires_at = self.fields["expires_at"]
        expires_at.help_text = f"{expires_at.help_text} {_('Time zone: %(zone)s.') % {'zone': zone}}"

    def clean_expires_at(self) -> datetime | None:
        """A new expiry lies ahead; ending a token now is what revoking is for."""
        expires_at = self.cleaned_data["expires_at"]
        if expires_at and "expires_at" in self.changed_data and expires_at <= timezone.now():
            raise forms.ValidationError(_("Choose a time in the future. To end the token now, revoke it."))
        return expires_at


class CreateTokenForm(TokenForm):
    """A new token, in one of the areas the user manages; valid for a month unless changed."""

    class Meta(TokenForm.Meta):
        fields = ("description", "site_area", "expires_at", "disconnects_stations")

    def __init__(self, *args: Any, site_areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site_area"].queryset = site_areas  # type: ignore[attr-defined]
        self.fields["expires_at"].initial = timezone.now() + USUAL_VALIDITY
        if len(site_areas) == 1:
            self.fields["site_area"].initial = site_areas[0]


class RevokeTokenForm(forms.Form):
    """The choice in the dialog that revokes a token."""

    refuse_stations = forms.BooleanField(
        required=False,
        label=gettext_lazy("Also refuse the stations that registered with it"),
        help_text=gettext_lazy("They become Not authorized and cannot connect until they get a new token."),
    )
