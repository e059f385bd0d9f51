"""The help pages: everything explained, and how to connect a station."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.views.generic import TemplateView

from emobility.common.actions import Action, actions
from emobility.common.help import Explanation, explanations
from emobility.common.views import PortalMixin
from stations.enums import RefusalReason, Role


@dataclass(frozen=True)
class Subject:
    """One kind of thing and what is known about it."""

    name: str
    anchor: str
    explanations: list[Explanation]


def subjects() -> list[Subject]:
    """Every model of the station domain, in alphabetical order."""
    models = apps.get_app_config("stations").get_models()
    found = [
        Subject(str(model._meta.verbose_name), str(model._meta.model_name), list(explanations(model)))
        for model in models
    ]
    return sorted(found, key=lambda subject: subject.name.lower())


def explained_actions() -> list[tuple[Action, Role]]:
    """Every action with the role it needs."""
    return [(action, Role(action.role)) for action in actions()]


class HelpIndex(PortalMixin, TemplateView):
    """All fields, statuses and actions, taken from where they are declared."""

    template_name = "help/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The subjects and the actions."""
        return super().get_context_data(subjects=subjects(), actions=explained_actions(), **kwargs)


class ConnectStation(PortalMixin, TemplateView):
    """How a station comes online, and what its refusals mean."""

    template_name = "help/connect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where stations connect, and every reason to refuse one."""
        return super().get_context_data(public_ocpp_url=settings.PUBLIC_OCPP_URL, reasons=list(RefusalReason), **kwargs)
