"""Messages nothing else has a button for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from emobility.common.actions import Action, Parameters, Risk, register
from stations.actions.reasons import ready
from stations.commands import DataTransfer, RawCall
from stations.enums import Role

GROUP = _("Expert")


class DataParameters(Parameters):
    """A vendor's message."""

    vendor_id: str = Field(min_length=1, max_length=255, title="Vendor", description="Id of the vendor's extension.")
    message_id: str = Field("", max_length=50, title="Message", description="Which message of the extension.")
    data: str = Field("", max_length=10_000, title="Data", description="In the vendor's own format.")


class CallParameters(Parameters):
    """Any message of the station's OCPP version."""

    message: str = Field(min_length=1, max_length=60, title="Message", description="Name of the OCPP message.")
    payload: dict[str, Any] = Field(
        default_factory=dict, title="Payload", description="As JSON; it must fit the message's schema."
    )


register(
    Action(
        "data-transfer",
        _("Data transfer"),
        _("Sends a message of a vendor's own extension."),
        "arrow-left-right",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The station gets the vendor's message; what it does is up to the vendor."),
        build=lambda station, parameters: DataTransfer(**parameters.model_dump()),
        sends=(DataTransfer,),
        parameters=DataParameters,
        unavailable=ready(DataTransfer),
        group=GROUP,
    ),
    Action(
        "ocpp-call",
        _("Command console"),
        _("Sends any message of the station's OCPP version, for what no button does."),
        "terminal",
        role=Role.OPERATOR,
        risk=Risk.HIGH,
        effect=_("The station gets the message as you write it."),
        build=lambda station, parameters: RawCall(parameters.message, parameters.payload),
        sends=(RawCall,),
        parameters=CallParameters,
        unavailable=ready(RawCall),
        group=GROUP,
    ),
)
