"""The portal's main navigation."""

from django.utils.translation import gettext_lazy as _

from emobility.common.navigation import Entry, add

add(
    Entry(_("Home"), "home", "house", 10),
    Entry(_("Stations"), "stations:list", "ev-station", 20),
    Entry(_("Sessions"), "sessions:list", "lightning-charge", 30),
    Entry(_("Operations"), "operations:list", "list-task", 35),
    Entry(_("Catalogue"), "catalogue:list", "collection", 38),
    Entry(_("Parameter drift"), "parameters:drift", "sliders", 37),
    Entry(_("Onboarding tokens"), "tokens:list", "key", 40),
    Entry(_("Log"), "log:list", "journal-text", 80),
    Entry(_("Help"), "help:index", "question-circle", 90),
    Entry(_("Admin"), "admin:index", "gear", 100, shown_to=lambda user: user.is_staff),
)
