"""Saves and deletes rows of master data: checked, logged, refused with a reason."""

import logging
from collections.abc import Collection
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext as _

from stations.services.errors import Conflict

Row = TypeVar("Row", bound=models.Model)
NAMED_ROWS = 3
_log = logging.getLogger(__name__)


def save_record(row: Row, *, actor: Any, **values: Any) -> Row:
    """Set ``values`` on a new or an existing ``row``, check and save it.

    Raises ``ValidationError`` naming the fields at fault.
    """
    is_new = row._state.adding
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean(exclude=[field.name for field in row._meta.fields if not field.editable])
    try:
        with transaction.atomic():
            row.save(update_fields=None if is_new else list(values))
    except IntegrityError as error:
        raise Conflict(_("Somebody else made the same change at the same moment. Look again.")) from error
    _log.info("%s %s %s %s", actor, "created" if is_new else "changed", row._meta.label, row.pk)
    return row


def delete_record(row: models.Model, *, actor: Any) -> None:
    """Delete ``row``; raises ``Conflict`` saying what still depends on it."""
    label, key = row._meta.label, row.pk
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        raise Conflict(_("Still in use by {rows}.").format(rows=_named(error.protected_objects))) from error
    except IntegrityError as error:
        raise Conflict(_("Still in use.")) from error
    _log.info("%s deleted %s %s", actor, label, key)


def _named(rows: Collection[models.Model]) -> str:
    """The first rows by name, and how many more there are."""
    names = sorted(f"{row._meta.verbose_name} {row}" for row in rows)
    more = [_("{count} more").format(count=len(names) - NAMED_ROWS)] if len(names) > NAMED_ROWS else []
    return ", ".join(names[:NAMED_ROWS] + more)
