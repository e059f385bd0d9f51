"""``verify_history``."""

import pytest
from django.core.management import CommandError, call_command

from tests.support.factories import ChargingSessionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_to_complain_about(capsys):
    call_command("verify_history")
    assert capsys.readouterr().out == (
        "compared 0 answered frames of 0 stations with 0 sessions and 0 samples\nno differences\n"
    )


def test_differences_are_printed_and_end_in_an_error(capsys):
    session = ChargingSessionFactory()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("verify_history")
    assert f"{session.station.identity}: session {session.pk}: no answered frame reports it" in capsys.readouterr().out
