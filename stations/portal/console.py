"""The command console: any message of the station's OCPP version, as a form made from its schema or as raw JSON."""

from typing import Any

from django.utils.translation import gettext as _

from emobility.common.schema_forms import SchemaForm
from stations.commands import Dialect, dialect_of
from stations.portal.actions import ActionPage

RAW = {
    "type": "object",
    "properties": {
        "payload": {"type": "object", "title": "Payload", "description": "As JSON; it must fit the message's schema."}
    },
}


class ConsolePage(ActionPage):
    """``?message=`` chooses the message; ``?raw=1`` writes its payload as JSON."""

    template_name = "stations/console.html"

    @property
    def dialect(self) -> Dialect | None:
        """The words of the station's OCPP version."""
        return dialect_of(self.object.ocpp_version)

    @property
    def message(self) -> str:
        """The message chosen; empty while none is, or none there is."""
        asked = self.request.POST.get("message") or self.request.GET.get("message") or self.prefilled().get("message")
        return str(asked) if self.dialect and asked in self.dialect.messages() else ""

    @property
    def is_raw(self) -> bool:
        """Whether the payload is written as JSON."""
        return "raw" in self.request.POST or "raw" in self.request.GET

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send the message, or only show what was entered the other way."""
        self.object = self.get_object()
        if "switch" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.make_form(request.POST)
        form.is_valid()
        entered = form.payload.get("payload", {}) if self.is_raw else form.payload
        return self.render_to_response(self.get_context_data(form=self.form_for(not self.is_raw, None, entered)))

    def make_form(self, sent: Any) -> SchemaForm:
        """The form of the message."""
        return self.form_for(self.is_raw, sent, self.prefilled().get("payload", {}))

    def form_for(self, is_raw: bool, sent: Any, payload: dict[str, Any]) -> SchemaForm:
        """Fields of the message's schema, or one field for its JSON."""
        self.shows_raw = is_raw
        if is_raw:
            return SchemaForm(RAW, sent, payload={"payload": payload})
        schema = self.dialect.schema(self.message) if self.dialect and self.message else {}
        return SchemaForm(schema, sent, payload=payload)

    def parameters(self, form: SchemaForm) -> dict[str, Any]:
        """Message and payload."""
        payload = form.payload.get("payload", {}) if self.is_raw else form.payload
        return {"message": self.message, "payload": payload}

    def prefilled(self) -> dict[str, Any]:
        """The message and payload of an earlier operation."""
        return super().prefilled() if "again" in self.request.GET else {}

    def concerned(self, values: dict[str, Any]) -> list[Any]:
        """Unknown: it may be any message."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The messages to choose from, too."""
        context = super().get_context_data(**kwargs)
        return context | {
            "messages_offered": self.dialect.messages() if self.dialect else [],
            "message": self.message,
            "is_raw": self.shows_raw,
            "obstacle": context["obstacle"] or ("" if self.dialect else _("The OCPP version is not known.")),
        }
