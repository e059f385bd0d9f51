"""How people get an account: an administrator makes it, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Refuses self-registration; the portal is for the operator's own people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
