"""Who may change what belongs to no company."""

from typing import Any

from stations.enums import Role


def administers_everything(user: Any) -> bool:
    """Whether ``user`` is an administrator over everything, not of a company or site alone."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or user.memberships.filter(role=Role.ADMINISTRATOR, company=None, site=None).exists()
