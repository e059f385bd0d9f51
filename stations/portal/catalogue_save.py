"""Making a model of the catalogue from a station that was configured here; for administrators over everything."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from stations.catalogue.documents import ModelDocument
from stations.catalogue.files import DocumentError
from stations.enums import ModelOrigin
from stations.models import ChargingStation, StationModel
from stations.portal.catalogue_import import AdministratorMixin, import_preview, take
from stations.services.saved_models import SavedModel, document_of, proposed_slug, recommendable

PATTERN_HELP = _("* stands for any characters.")


class SaveForm(forms.Form):
    """What a person says about the model."""

    slug = forms.CharField(
        max_length=80,
        label=_("Id"),
        help_text=_(
            "Small letters, digits and hyphens; also the name of its file. A model with the same id is replaced."
        ),
    )
    label = forms.CharField(
        max_length=200, label=_("Name"), help_text=_("Vendor, model and what tells it from its siblings.")
    )
    vendor = forms.CharField(max_length=200, label=_("Vendor is"), help_text=PATTERN_HELP)
    model = forms.CharField(max_length=200, label=_("Model is"), help_text=PATTERN_HELP)
    serial_number = forms.CharField(
        required=False,
        max_length=200,
        label=_("Serial number is"),
        help_text=_("Leave empty for any. * stands for any characters."),
    )
    firmware_version = forms.CharField(
        required=False,
        max_length=200,
        label=_("Firmware is"),
        help_text=_("Leave empty for any. * stands for any characters."),
    )
    keys = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        label=_("Recommended parameters"),
        help_text=_(
            "Values set here that other stations of this model get, too. Secrets and addresses are not offered."
        ),
    )
    notes = forms.CharField(
        required=False,
        label=_("Notes"),
        help_text=_("What is worth knowing about the model, one note on a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, station: Any) -> None:
        offered = recommendable(station.parameters.all())
        initial = {
            "slug": proposed_slug(station),
            "label": f"{station.vendor} {station.model}".strip(),
            "vendor": station.vendor,
            "model": station.model,
            "keys": [parameter.key for parameter in offered],
        }
        super().__init__(data, initial=initial)
        self._station = station
        self.fields["keys"].choices = [(p.key, f"{p.key} = {p.wanted_value}") for p in offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The document, once everything needed is there."""
        if not self.errors:
            notes = [line.strip() for line in self.cleaned_data["notes"].splitlines() if line.strip()]
            about = SavedModel(**self.cleaned_data | {"notes": notes})
            known = StationModel.objects.filter(slug=about.slug).first()
            try:
                self.document = document_of(
                    self._station, about, on=timezone.localdate(), replaces=known.facts if known else None
                )
            except DocumentError as error:
                raise forms.ValidationError(error.problems) from error
        return self.cleaned_data

    document: ModelDocument


class CatalogueSave(AdministratorMixin, DetailView):
    """The form, what it means, and the button that saves the model."""

    template_name = "catalogue/save.html"
    context_object_name = "station"

    def get_queryset(self) -> QuerySet:
        """Stations with all that goes into a model."""
        stations = ChargingStation.objects.visible_to(self.request.user)
        return stations.prefetch_related("connectors__evse", "parameters")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form as it is, or filled in from the station."""
        form = kwargs.pop("form", None) or SaveForm(station=self.object)
        return super().get_context_data(form=form, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what it means; save it when that was confirmed."""
        self.object = self.get_object()
        form = SaveForm(request.POST, station=self.object)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        if "confirm" in request.POST:
            return take(request, form.document, ModelOrigin.SAVED)
        preview = import_preview(request, form.document)
        return self.render_to_response(self.get_context_data(form=form, **preview))
