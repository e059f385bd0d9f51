"""EVSE ids of the eMI³ group: country, operator, ``E`` and what the operator chose (``CC*OOO*E…``)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_EVSE_ID = re.compile(r"([A-Z]{2})\*?([A-Z0-9]{3})\*?(E[A-Z0-9][A-Z0-9*]{0,30})")


def normalised(evse_id: str) -> str:
    """The id as it is compared: separators and case mean nothing."""
    return evse_id.replace("*", "").upper()


def written(evse_id: str) -> str:
    """The id as it is written, in capitals and with its separators; raises ``ValidationError`` when it is none."""
    found = _EVSE_ID.fullmatch(evse_id.strip().upper())
    if found is None:
        raise ValidationError(
            _(
                "“{id}” is no eMI³ id. Write the country code, the operator id of three characters, and E with your own identifier, for example DE*ABC*E1A2B3."
            ).format(id=evse_id)
        )
    return "*".join(found.groups())


def validate_evse_id(evse_id: str) -> None:
    """Field validator."""
    written(evse_id)
