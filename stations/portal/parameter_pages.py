"""OCPP parameters of many stations in files: the export, and the import with its dry run."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from emobility.common.runs import to_runs
from emobility.common.views import PortalMixin
from stations.enums import OperationSource, Role
from stations.models import OcppParameter, SiteArea
from stations.portal.bulk_selection import selected
from stations.portal.exports import Columns, csv_response
from stations.portal.parameter_rows import hidden_value
from stations.services.parameter_files import MOST_BYTES, Plan, import_values, plan_import, read_lines

LISTED = 300
"""So many lines of each kind a dry run shows."""
COLUMNS: Columns = {
    "station": lambda parameter: parameter.station.identity,
    "key": lambda parameter: parameter.key,
    "active_value": lambda parameter: hidden_value(parameter, "active_value"),
    "recommended_value": lambda parameter: hidden_value(parameter, "recommended_value"),
    "reported_value": lambda parameter: hidden_value(parameter, "reported_value"),
    "status": lambda parameter: parameter.get_status_display(),
    "read_only": lambda parameter: parameter.read_only,
    "hidden": lambda parameter: parameter.is_hidden,
    "differs": lambda parameter: parameter.differs,
    "drifts": lambda parameter: parameter.drifts,
    "awaits_reboot": lambda parameter: parameter.awaits_reboot,
    "last_sent": lambda parameter: parameter.get_push_outcome_display(),
    "pushed_at": lambda parameter: parameter.pushed_at,
    "pulled_at": lambda parameter: parameter.pulled_at,
}


class ParameterExport(PortalMixin, View):
    """The parameters of one station, of several, or of all that match the station list's filter."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The download; stations the user cannot see are left out."""
        rows = OcppParameter.objects.visible_to(request.user).filter(station__in=selected(request))
        ordered = rows.select_related("station").order_by("station__identity_key", "key_lower")
        return csv_response("ocpp-parameters", COLUMNS, ordered)


class ImportForm(forms.Form):
    """The file; or, once it was looked at, its text."""

    file = forms.FileField(
        required=False,
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Columns station, key and value; an export has them too. At most 512 kB."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    content = forms.CharField(required=False, strip=False, max_length=MOST_BYTES, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """What the file says."""
        file, content = self.cleaned_data.get("file"), self.cleaned_data.get("content", "")
        if not file and not content:
            self.add_error("file", _("Choose a file."))
            return self.cleaned_data
        written = file.read(MOST_BYTES + 1) if file else content.encode()
        try:
            self.lines = read_lines(written)
        except ValidationError as error:
            self.add_error("file", error)
        else:
            self.text = written.decode("utf-8-sig")
        return self.cleaned_data


@method_decorator(never_cache, name="dispatch")
class ParameterImport(PortalMixin, TemplateView):
    """A file of values: first what it would change, then, once confirmed, the change."""

    template_name = "parameters/import.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """For those who operate any site."""
        if request.user.is_authenticated and not SiteArea.objects.visible_to(request.user, Role.OPERATOR).exists():
            raise PermissionDenied(_("Only operators may import OCPP parameters."))
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The dry run, or the import itself."""
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            plan = plan_import(form.lines, actor=request.user)
        except ValidationError as error:
            form.add_error("file", error)
            return self.render_to_response(self.get_context_data(form=form))
        if plan.stations and "confirm" in request.POST:
            return self.done(plan)
        return self.render_to_response(self.get_context_data(form=form, plan=plan, content=form.text))

    def done(self, plan: Plan) -> HttpResponse:
        """Set the values; then to the page that sends them, where that was asked for."""
        failures = import_values(plan, actor=self.request.user, source=OperationSource.PORTAL)
        for failure in failures:
            messages.warning(self.request, failure)
        count = len(plan.stations) - len(failures)
        text = ngettext("Values of {count} station were set.", "Values of {count} stations were set.", count)
        messages.success(self.request, text.format(count=count))
        if self.request.POST["confirm"] != "send":
            return HttpResponseRedirect(reverse("parameters:drift"))
        chosen = to_runs(sorted(each.station.pk for each in plan.stations))
        return HttpResponseRedirect(f"{reverse('operations:bulk', args=['push-parameters'])}?stations={chosen}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, or the dry run as far as it is listed."""
        plan: Plan | None = kwargs.get("plan")
        changes = [(each.station, change) for each in plan.stations for change in each.changes] if plan else []
        wrong = plan.wrong if plan else []
        return super().get_context_data(
            form=kwargs.pop("form", None) or ImportForm(),
            changes=changes[:LISTED],
            more_changes=max(0, len(changes) - LISTED),
            wrong=wrong[:LISTED],
            more_wrong=max(0, len(wrong) - LISTED),
            **kwargs,
        )
