"""Taking station models into the catalogue and out again; for administrators over everything."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, View

from emobility.common.views import PortalMixin
from stations.catalogue.documents import ModelDocument
from stations.catalogue.files import DocumentError, dump, parse
from stations.enums import ModelOrigin
from stations.models import ChargingStation, StationModel
from stations.portal.catalogue import no_change_reason
from stations.services.catalogue import delete_model, import_model, offered_stations
from stations.services.catalogue_preview import preview_import
from stations.services.errors import Conflict

LARGEST_FILE = 500_000


class AdministratorMixin(PortalMixin):
    """A page for administrators over everything."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse everybody else, once it is clear who asks."""
        if request.user.is_authenticated and (reason := no_change_reason(request)):
            raise PermissionDenied(str(reason))
        return super().dispatch(request, *args, **kwargs)


class ImportForm(forms.Form):
    """A file of the catalogue, uploaded or pasted."""

    file = forms.FileField(
        required=False,
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A model in JSON, as every page of the catalogue offers it for download."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        required=False,
        max_length=LARGEST_FILE,
        label=gettext_lazy("or its text"),
        help_text=gettext_lazy("Paste the JSON here instead."),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """The document in it."""
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text", "")
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is too big for a station model."))
        content: str | bytes = file.read() if file else text
        if not content:
            raise forms.ValidationError(_("Choose a file or paste its text."))
        try:
            self.cleaned_data["document"] = parse(content)
        except DocumentError as error:
            raise forms.ValidationError(error.problems) from error
        return self.cleaned_data


class CatalogueImport(AdministratorMixin, FormView):
    """A model is read, shown with what it changes, and taken once that is confirmed."""

    template_name = "catalogue/import.html"
    form_class = ImportForm

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Show what it means; take it when that was shown already."""
        document = form.cleaned_data["document"]
        if "confirm" in self.request.POST:
            return take(self.request, document, ModelOrigin.IMPORTED)
        return self.render_to_response(self.get_context_data(form=form, **import_preview(self.request, document)))


def import_preview(request: HttpRequest, document: ModelDocument) -> dict[str, Any]:
    """What taking ``document`` means, and its text for the confirmation."""
    visible = ChargingStation.objects.visible_to(request.user)
    return {"preview": preview_import(document, visible), "document_text": dump(document)}


def take(request: HttpRequest, document: ModelDocument, origin: ModelOrigin) -> HttpResponse:
    """Take ``document`` into the catalogue and say to which stations it is offered."""
    model = import_model(document, actor=request.user, origin=origin)
    count = offered_stations(model).count()
    text = ngettext(
        "“{model}” is in the catalogue. {count} station matches it and is offered it.",
        "“{model}” is in the catalogue. {count} stations match it and are offered it.",
        count,
    )
    messages.success(request, text.format(model=model, count=count))
    return redirect("catalogue:detail", model.slug)


class CatalogueDelete(AdministratorMixin, View):
    """Takes an imported or saved model out, after the dialog of its page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete and return to the catalogue."""
        model = get_object_or_404(StationModel, slug=kwargs["slug"])
        try:
            delete_model(model, actor=request.user)
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return redirect("catalogue:detail", model.slug)
        messages.success(request, _("“{model}” was taken out of the catalogue.").format(model=model))
        return redirect("catalogue:list")
