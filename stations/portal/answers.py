"""What the words mean with which stations answer."""

from django.utils.translation import gettext_lazy as _

from emobility.common.choices import DescribedChoices
from stations.models import Operation


class AnswerWord(DescribedChoices):
    """A station's answer to a command: its own word, and what it says."""

    ACCEPTED = "Accepted", _("The station agreed."), "good", _("Accepted")
    SCHEDULED = (
        "Scheduled",
        _("The station agreed and does it once the running session has ended."),
        "busy",
        _("Scheduled"),
    )
    UNLOCKED = "Unlocked", _("The plug was released."), "good", _("Unlocked")
    REBOOT_REQUIRED = (
        "RebootRequired",
        _("The station agreed; it takes effect after the next reboot."),
        "warn",
        _("Reboot required"),
    )
    ACCEPTED_CANCELED = (
        "AcceptedCanceled",
        _("The station agreed and gave up what it was doing for an earlier request."),
        "good",
        _("Accepted, earlier one cancelled"),
    )
    REJECTED = "Rejected", _("The station declined without a reason. Its log may say more."), "bad", _("Rejected")
    FAILED = "Failed", _("The station tried, and it did not work."), "bad", _("Failed")
    UNLOCK_FAILED = (
        "UnlockFailed",
        _("The lock did not open. Pull or turn the plug a little and try again; else it is stuck."),
        "bad",
        _("Unlock failed"),
    )
    NOT_SUPPORTED = "NotSupported", _("The station knows the request but cannot do it."), "bad", _("Not supported")
    NOT_IMPLEMENTED = "NotImplemented", _("The station does not know this request."), "bad", _("Not implemented")
    VERSION_MISMATCH = (
        "VersionMismatch",
        _("The version of the list is not newer than what the station holds. Send the full list."),
        "bad",
        _("Version mismatch"),
    )
    FAULTED = "Faulted", _("The connector has a fault. See its error code."), "bad", _("Faulted")
    OCCUPIED = "Occupied", _("The connector is in use or reserved already."), "warn", _("Occupied")
    UNAVAILABLE = "Unavailable", _("The connector is out of use."), "warn", _("Unavailable")
    UNKNOWN = "Unknown", _("The station has nothing that matches."), "warn", _("Unknown")
    NOT_FOUND = "NotFound", _("The station does not have what was named."), "warn", _("Not found")
    UNKNOWN_MESSAGE = (
        "UnknownMessageId",
        _("The station knows the vendor's extension, but not this message of it."),
        "bad",
        _("Unknown message"),
    )
    UNKNOWN_VENDOR = (
        "UnknownVendorId",
        _("The station does not have this vendor's extension."),
        "bad",
        _("Unknown vendor"),
    )
    INVALID_CERTIFICATE = (
        "InvalidCertificate",
        _("The station does not trust the certificate the firmware is signed with."),
        "bad",
        _("Invalid certificate"),
    )
    REVOKED_CERTIFICATE = (
        "RevokedCertificate",
        _("The certificate the firmware is signed with was revoked."),
        "bad",
        _("Revoked certificate"),
    )
    INTERNAL_ERROR = "InternalError", _("Something went wrong inside the station."), "bad", _("Internal error")
    PROTOCOL_ERROR = "ProtocolError", _("The station found the request incomplete."), "bad", _("Protocol error")
    SECURITY_ERROR = "SecurityError", _("The station refused for reasons of security."), "bad", _("Security error")
    FORMATION_VIOLATION = (
        "FormationViolation",
        _("The station could not read the request."),
        "bad",
        _("Formation violation"),
    )
    PROPERTY_VIOLATION = (
        "PropertyConstraintViolation",
        _("A value of the request is not one the station takes."),
        "bad",
        _("Value refused"),
    )
    OCCURRENCE_VIOLATION = (
        "OccurenceConstraintViolation",
        _("The station misses a value, or got one too many."),
        "bad",
        _("Value missing or too many"),
    )
    TYPE_VIOLATION = (
        "TypeConstraintViolation",
        _("A value of the request has another type than the station takes."),
        "bad",
        _("Wrong type"),
    )
    GENERIC_ERROR = "GenericError", _("An error the station has no better word for."), "bad", _("Error")


MEANINGS = {
    ("ClearCache", "Rejected"): _("The station has no such cache, or could not clear it."),
    ("ClearChargingProfile", "Unknown"): _("The station holds no charging plan that matches."),
    ("DataTransfer", "Rejected"): _("The vendor's extension declined the message."),
    ("RemoteStopTransaction", "Rejected"): _("The station knows no session with this id that runs now."),
    ("ReserveNow", "Rejected"): _("The station takes no reservations, or none for this connector."),
    ("SendLocalList", "Failed"): _("The station could not take the list. Send the full list again."),
    ("SendLocalList", "NotSupported"): _("The station has no local list."),
    ("SetChargingProfile", "NotSupported"): _("The station knows no charging plans of this kind."),
    ("TriggerMessage", "NotImplemented"): _("The station cannot send this message when asked."),
    ("UnlockConnector", "NotSupported"): _("The connector has no lock that can be released from afar."),
}
"""Where a word says more about one message than in general."""


def word_of(operation: Operation) -> AnswerWord | str:
    """The station's word, described where it is a known one; empty while there is none."""
    return AnswerWord(operation.answer) if operation.answer in AnswerWord.values else operation.answer


def meaning_of(operation: Operation) -> str:
    """What the station's word means for the message it answered."""
    answered = [message for message, _payload in operation.requests][: max(len(operation.responses), 1)]
    word = word_of(operation)
    general = word.help if isinstance(word, AnswerWord) else ""
    return str(MEANINGS.get((answered[-1] if answered else "", operation.answer), general))
