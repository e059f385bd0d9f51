"""The portal's main navigation."""

from django.utils.translation import gettext_lazy as _

from emobility.common.navigation import Entry, add

add(
    Entry(_("Home"), "home", "house", 10),
    Entry(_("Admin"), "admin:index", "gear", 100, shown_to=lambda user: user.is_staff),
)
