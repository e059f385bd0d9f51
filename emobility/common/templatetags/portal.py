"""What every page is made of: icons, status badges, help, power, form fields, navigation."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import forms, template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.defaultfilters import floatformat
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emobility.common.choices import DescribedChoices
from emobility.common.help import explanation
from emobility.common.navigation import entries

register = template.Library()

TONE_ICONS = {
    "good": "check-circle",
    "busy": "activity",
    "warn": "exclamation-triangle",
    "bad": "x-octagon",
    "idle": "dash-circle",
}
EMPTY = "–"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A decorative icon of the sprite; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("portal/icons.svg"), name
    )


@register.simple_tag
def status(subject: Any, field: str = "") -> SafeString:
    """A badge of icon, word and tone: of a status, or of the status ``field`` of an object."""
    if not field:
        return badge(subject)
    value = getattr(subject, field)
    return badge(value if isinstance(value, DescribedChoices) else explanation(subject, field).member(value) or value)


def badge(value: Any) -> SafeString:
    """The badge of a described status; a plain word for any other value, a dash for none."""
    if not isinstance(value, DescribedChoices):
        return format_html("{}", value or EMPTY)
    return _described(value, type(value), get_language())


@cache
def _described(value: DescribedChoices, kind: type, language: str | None) -> SafeString:
    """The badge in one language. Members of two kinds are equal where their values are: hence ``kind``."""
    return format_html(
        '<span class="status status-{}" title="{}">{}{}</span>',
        value.tone,
        value.help,
        icon(TONE_ICONS[value.tone]),
        value.label,
    )


@register.simple_tag
def meaning(subject: Any, field: str) -> str:
    """What the present status ``field`` of an object means, and so what to do about it."""
    member = explanation(subject, field).member(getattr(subject, field))
    return str(member.help) if member else ""


@register.inclusion_tag("portal/help.html", name="help")
def help_button(subject: Any, field: str) -> dict[str, Any]:
    """An (i) button that opens what ``field`` of an object (or of a model, which templates instantiate) means."""
    return {"id": f"help-{subject._meta.model_name}-{field}-{subject.pk}", "explanation": explanation(subject, field)}


@register.inclusion_tag("portal/power.html")
def power(watts: int | None, maximum_w: int | None = None, stale: bool = False) -> dict[str, Any]:
    """Power now in kW, beside its maximum; an old reading is shown as old, a missing one as missing."""
    return {"watts": watts, "maximum_w": maximum_w, "stale": stale}


@register.filter
def kilowatts(watts: int | None) -> str:
    """Watts as kW with one decimal."""
    return EMPTY if watts is None else f"{floatformat(watts / 1000, 1)} kW"


@register.filter
def energy(watt_hours: int | None) -> str:
    """Watt-hours as kWh with two decimals."""
    return EMPTY if watt_hours is None else f"{floatformat(watt_hours / 1000, 2)} kWh"


@register.filter
def duration(span: timedelta | None) -> str:
    """A span of time in hours and minutes, short ones in seconds."""
    if span is None:
        return EMPTY
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d min") % {"minutes": minutes} if minutes else _("%(seconds)d s") % {"seconds": seconds}


@register.simple_tag
def when(moment: datetime | None, empty: str = "") -> SafeString:
    """How long ago (or ahead), with the exact time on hover and for machines."""
    if moment is None:
        return format_html("{}", empty or _("never"))
    exact = formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, naturaltime(moment))


@register.inclusion_tag("portal/field.html")
def field(bound: forms.BoundField) -> dict[str, Any]:
    """Label, input, help and errors of one form field."""
    css = "form-control"
    if isinstance(bound.field.widget, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(bound.field.widget, forms.Select):
        css = "form-select"
    shown = bound.as_widget(attrs={"class": css})
    if bound.field.show_hidden_initial:
        shown += bound.as_hidden(only_initial=True)
    return {"field": bound, "is_check": css == "form-check-input", "input": shown}


@register.inclusion_tag("portal/navigation.html", takes_context=True)
def navigation(context: dict[str, Any]) -> dict[str, Any]:
    """The main navigation, as far as the signed-in user may use it."""
    request = context["request"]
    return {"entries": [(entry, entry.contains(request.path)) for entry in entries(request.user)]}
