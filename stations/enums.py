"""Every status of the station domain, with the help text and tone the portal shows.

A *status* is what a station reported; a *state* is ours.
"""

from django.utils.translation import gettext_lazy as _

from emobility.common.choices import DescribedChoices


class RegistrationStatus(DescribedChoices):
    """The answer to BootNotification (OCPP 1.6 §4.2)."""

    ACCEPTED = "accepted", _("Registration is complete; the station may charge."), "good", _("Accepted")
    PENDING = (
        "pending",
        _("The station is known but has not completed its boot yet. It completes with its next BootNotification."),
        "busy",
        _("Pending"),
    )
    REJECTED = (
        "rejected",
        _("The station was turned away. Open its log to see why, fix the cause and let it boot again."),
        "bad",
        _("Rejected"),
    )


class ConnectionStatus(DescribedChoices):
    CONNECTED = "connected", _("The station holds an open WebSocket to this system."), "good", _("Connected")
    DISCONNECTED = (
        "disconnected",
        _("No open WebSocket. Running sessions go on at the station and are reported when it returns."),
        "bad",
        _("Disconnected"),
    )


class AuthorizationStatus(DescribedChoices):
    AUTHORIZED = (
        "authorized",
        _("The credential the station last used is valid: it may launch charging sessions."),
        "good",
        _("Authorized"),
    )
    NOT_AUTHORIZED = (
        "not_authorized",
        _("The credential the station last used is missing, expired or revoked. See the log for refused handshakes."),
        "bad",
        _("Not authorized"),
    )


class AuthenticationMethod(DescribedChoices):
    ONBOARDING_TOKEN = (
        "onboarding_token",
        _("The station connects with the onboarding token its site area shares."),
        "warn",
        _("Onboarding token only"),
    )


class ConnectorStatus(DescribedChoices):
    """Connector statuses of OCPP 1.6 §7.7; usable for charging in all but Unavailable and Faulted."""

    AVAILABLE = "available", _("Free: a session can be started."), "good", _("Available")
    PREPARING = (
        "preparing",
        _("A session is about to start: a badge was accepted or a cable plugged in."),
        "busy",
        _("Preparing"),
    )
    CHARGING = "charging", _("Energy is flowing into the car."), "busy", _("Charging")
    SUSPENDED_EV = (
        "suspended_ev",
        _("The car takes no energy: it is full or limits itself."),
        "warn",
        _("Suspended by car"),
    )
    SUSPENDED_EVSE = (
        "suspended_evse",
        _("We give no energy: a charging plan or a local supply limit holds the session back."),
        "warn",
        _("Suspended by station"),
    )
    FINISHING = "finishing", _("The session has ended, the cable is still plugged in."), "busy", _("Finishing")
    RESERVED = "reserved", _("Held for one driver."), "busy", _("Reserved")
    UNAVAILABLE = (
        "unavailable",
        _("Not usable now: set unavailable, booting, updating, or the other connector of its EVSE is in use."),
        "idle",
        _("Unavailable"),
    )
    FAULTED = (
        "faulted",
        _("The station reported an error on this connector; the error code says which."),
        "bad",
        _("Faulted"),
    )
    UNKNOWN = "unknown", _("The station has not reported a status yet."), "idle", _("Unknown")


class TokenStatus(DescribedChoices):
    VALID = "valid", _("New stations can register with this token."), "good", _("Valid")
    EXPIRED = "expired", _("The expiry date has passed: no new station can register with it."), "warn", _("Expired")
    REVOKED = "revoked", _("Withdrawn by hand: no new station can register with it."), "bad", _("Revoked")


class BadgeStatus(DescribedChoices):
    """The idTagInfo status a badge gets (OCPP 1.6 §7.2)."""

    ACCEPTED = "accepted", _("May charge."), "good", _("Accepted")
    BLOCKED = "blocked", _("Known, but blocked by an operator."), "bad", _("Blocked")
    EXPIRED = "expired", _("Known, but its validity has ended."), "warn", _("Expired")
    INVALID = "invalid", _("Not known to this system."), "bad", _("Invalid")


class SessionState(DescribedChoices):
    ACTIVE = "active", _("The session is running."), "busy", _("Active")
    INTERRUPTED = (
        "interrupted",
        _("The station moved on without reporting the end; a late stop still closes it with its own values."),
        "warn",
        _("Interrupted"),
    )
    ENDED = "ended", _("The station reported the end; energy is final."), "good", _("Ended")
    REVIEW = (
        "review",
        _("The report cannot be billed as it stands; the reason says what an operator should check."),
        "bad",
        _("To review"),
    )


class RefusalReason(DescribedChoices):
    """Why a handshake was refused; the help text tells an operator the fix."""

    UNKNOWN_PATH = (
        "unknown_path",
        _(
            "The URL has no station identity or an invalid one. Use the URL shown with the onboarding token, followed by the station's identity."
        ),
        "warn",
        _("Unknown path"),
    )
    UNKNOWN_IDENTITY = (
        "unknown_identity",
        _("No station with this identity. Put an onboarding token before the identity in the URL to register it."),
        "warn",
        _("Unknown identity"),
    )
    MISSING_CREDENTIAL = (
        "missing_credential",
        _("The station sent no token. Copy the full URL with its token into the station's settings."),
        "bad",
        _("Missing credential"),
    )
    WRONG_TOKEN = (
        "wrong_token",
        _(
            "The token in the URL is not known. Compare it with the onboarding tokens, or create a new one and copy its URL."
        ),
        "bad",
        _("Wrong token"),
    )
    TOKEN_EXPIRED = (
        "token_expired",
        _("The onboarding token has expired. Extend its expiry date or use a new token."),
        "bad",
        _("Token expired"),
    )
    TOKEN_REVOKED = (
        "token_revoked",
        _("The onboarding token was revoked. Use a new token."),
        "bad",
        _("Token revoked"),
    )
    FOREIGN_TOKEN = (
        "foreign_token",
        _(
            "The station belongs to another site area than the token. Use a token of the station's own site area or move the station."
        ),
        "bad",
        _("Token of another site area"),
    )
    WRONG_SUBPROTOCOL = (
        "wrong_subprotocol",
        _("The station offered no OCPP version we speak. Set it to OCPP 1.6 JSON (subprotocol ocpp1.6)."),
        "bad",
        _("Wrong subprotocol"),
    )
    TOO_MANY_FAILURES = (
        "too_many_failures",
        _(
            "Too many failed attempts from this address; it may try again after the pause it was told. Fix the credential first."
        ),
        "bad",
        _("Too many failures"),
    )


class Role(DescribedChoices):
    VIEWER = "viewer", _("May look at everything in scope, change nothing."), "idle", _("Viewer")
    OPERATOR = "operator", _("May also act on stations and manage onboarding tokens."), "busy", _("Operator")
    ADMINISTRATOR = "administrator", _("May also manage companies, sites and members."), "good", _("Administrator")


class OperationState(DescribedChoices):
    """How far a command to a station has come."""

    QUEUED = "queued", _("Waits for its turn; nothing was sent yet and it can be cancelled."), "idle", _("Waiting")
    SENT = "sent", _("Sent to the station; its answer has not come yet."), "busy", _("Sent")
    ACCEPTED = "accepted", _("The station agreed. Whether it did it is shown beside."), "good", _("Accepted")
    REJECTED = "rejected", _("The station declined; its answer says why."), "bad", _("Rejected")
    FAILED = "failed", _("The station answered with an error, or could not be asked."), "bad", _("Failed")
    TIMED_OUT = (
        "timed_out",
        _("No answer came, or the connection was lost before it: the station may or may not have acted."),
        "warn",
        _("Outcome unknown"),
    )
    CANCELLED = "cancelled", _("Withdrawn or too late: it was never sent."), "idle", _("Cancelled")


class EffectState(DescribedChoices):
    """Whether what the station agreed to was seen to happen."""

    NONE = "none", _("There is nothing to watch for: the answer is all."), "idle", _("Not watched")
    AWAITED = "awaited", _("We are watching for it."), "busy", _("Watching")
    SEEN = "seen", _("It happened."), "good", _("Happened")
    MISSING = "missing", _("It was not seen in the time it should have taken."), "warn", _("Not seen")


class OperationSource(DescribedChoices):
    """Where a request came from."""

    PORTAL = "portal", _("A button of the portal."), "idle", _("Portal")
    ADMIN = "admin", _("The administration."), "idle", _("Admin")
    API = "api", _("The REST API."), "idle", _("API")
    SYSTEM = "system", _("This system by itself."), "idle", _("System")


class ConnectorType(DescribedChoices):
    """Kinds of plug and socket."""

    TYPE_1 = "type_1", _("AC, one phase; North America and Japan (SAE J1772)."), "idle", _("Type 1")
    TYPE_2 = "type_2", _("AC, one to three phases; Europe (IEC 62196 type 2)."), "idle", _("Type 2")
    TYPE_3 = "type_3", _("AC; older stations in France and Italy (IEC 62196 type 3)."), "idle", _("Type 3")
    DOMESTIC = "domestic", _("Household socket, for example Schuko or type E."), "idle", _("Household socket")
    CCS_1 = "ccs_1", _("DC; Combined Charging System with a type 1 plug, North America."), "idle", _("CCS 1")
    CCS_2 = "ccs_2", _("DC; Combined Charging System with a type 2 plug, Europe."), "idle", _("CCS 2")
    CHADEMO = "chademo", _("DC; mostly older cars from Japan."), "idle", _("CHAdeMO")
    NACS = "nacs", _("AC or DC; North America (SAE J3400)."), "idle", _("NACS")
    GBT_AC = "gbt_ac", _("AC; China (GB/T 20234.2)."), "idle", _("GB/T AC")
    GBT_DC = "gbt_dc", _("DC; China (GB/T 20234.3)."), "idle", _("GB/T DC")
    MCS = "mcs", _("DC; Megawatt Charging System for trucks."), "idle", _("MCS")
    OTHER = "other", _("Any other plug."), "idle", _("Other")


class PhaseRotation(DescribedChoices):
    """How the phases of the grid reach a connector (OCPP 1.6 §9.1, ConnectorPhaseRotation)."""

    NOT_APPLICABLE = "NotApplicable", _("One phase only, or DC."), "idle", _("Not applicable")
    RST = "RST", _("Standard order: L1, L2, L3."), "idle", "RST"
    RTS = "RTS", _("L1, L3, L2: reversed."), "idle", "RTS"
    SRT = "SRT", _("L2, L1, L3: reversed."), "idle", "SRT"
    STR = "STR", _("L2, L3, L1: rotated by one phase."), "idle", "STR"
    TRS = "TRS", _("L3, L1, L2: rotated by two phases."), "idle", "TRS"
    TSR = "TSR", _("L3, L2, L1: reversed."), "idle", "TSR"


class ConfigurationStatus(DescribedChoices):
    """Whose values are in force at a station."""

    DEFINED_BY_SYSTEM = (
        "defined_by_system",
        _("The model is known, and the values recommended for it are in force."),
        "good",
        _("Defined by System"),
    )
    SYSTEM_VALUES_OVERWRITTEN = (
        "system_values_overwritten",
        _(
            "The model is known, but somebody changed its connectors or parameters. *Use System Configuration* brings the recommended values back."
        ),
        "warn",
        _("System Values Overwritten"),
    )
    DEFINED_BY_USER = (
        "defined_by_user",
        _(
            "The model is not known, or its recommended values were never used: connectors and parameters are what somebody entered. A new station in this state needs them entered before it can be used for charging."
        ),
        "busy",
        _("Defined by User"),
    )


class ParameterStatus(DescribedChoices):
    """Where the active value of an OCPP parameter comes from."""

    ADDED_BY_SYSTEM = "added_by_system", _("The recommended value is in use."), "good", _("Added by System")
    SYSTEM_VALUE_OVERWRITTEN = (
        "system_value_overwritten",
        _("Somebody set another value than the recommended one, which is not in use."),
        "warn",
        _("System Value Overwritten"),
    )
    ADDED_BY_USER = (
        "added_by_user",
        _("Somebody set it; the system recommends nothing for it."),
        "busy",
        _("Added by User"),
    )
    REPORTED = (
        "reported_by_station",
        _("The station reported it; nobody has set it here."),
        "idle",
        _("Reported by Station"),
    )


class PushOutcome(DescribedChoices):
    """What came of sending a parameter to the station (OCPP 1.6 §7.22)."""

    ACCEPTED = "accepted", _("The station has taken the value."), "good", _("Accepted")
    REBOOT_REQUIRED = (
        "reboot_required",
        _("The station has taken the value and uses it after its next reboot."),
        "warn",
        _("Reboot required"),
    )
    REJECTED = (
        "rejected",
        _("The station declined the value: it may be read-only or out of range."),
        "bad",
        _("Rejected"),
    )
    NOT_SUPPORTED = (
        "not_supported",
        _("The station does not know this parameter."),
        "bad",
        _("Not supported"),
    )
    FAILED = "failed", _("The station answered with an error."), "bad", _("Failed")
    UNKNOWN = (
        "unknown",
        _("No answer came: the station may or may not have taken the value. Download shows what it has."),
        "warn",
        _("Outcome unknown"),
    )
    NOT_SENT = "not_sent", _("Nothing was sent: the connection ended before."), "idle", _("Not sent")


class ModelOrigin(DescribedChoices):
    """How a station model came into the catalogue."""

    SHIPPED = "shipped", _("Comes with this system and is renewed with it."), "good", _("Shipped")
    IMPORTED = "imported", _("An administrator imported it from a file."), "busy", _("Imported")
    SAVED = "saved", _("Made from a station that was configured here."), "busy", _("Saved here")


class ChangeCause(DescribedChoices):
    """Why a station's configuration changed."""

    SYSTEM = "system", _("The recommended values were put in force."), "good", _("Use System Configuration")
    EDITED = "edited", _("Somebody changed values."), "busy", _("Edited")
    IMPORTED = "imported", _("Values came from a file."), "busy", _("Imported")
    COPIED = "copied", _("Values were set for several stations at once."), "busy", _("Set for several")
    REVERTED = "reverted", _("An earlier change was taken back."), "warn", _("Reverted")
