"""``create_api_key``."""

import pytest
from django.core.management import CommandError, call_command

from stations.services.credentials import user_of_api_key
from tests.support.factories import UserFactory


def test_key_is_printed_alone_and_acts_as_its_user(db, capsys):
    user = UserFactory(username="ann")

    call_command("create_api_key", user="ann", name="Reports")

    [key] = capsys.readouterr().out.splitlines()
    assert user_of_api_key(key) == user
    assert user.api_keys.get().name == "Reports"


def test_unknown_user_is_an_error(db):
    with pytest.raises(CommandError, match="no user 'nobody'"):
        call_command("create_api_key", user="nobody", name="x")
