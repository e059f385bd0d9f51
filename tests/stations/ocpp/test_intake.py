"""A database that goes away is waited for; it is not the fault of the message that met it."""

import os
import socket

import pytest
from django.db import InterfaceError, OperationalError, connection

from stations.ocpp.intake import Item, write
from stations.services.registration import RecordProgress
from tests.support.factories import ChargingStationFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose"),
]


def cut_connection() -> None:
    """As when the database's machine goes: the socket ends without a word."""
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def test_write_over_a_cut_connection_is_no_fault_of_the_message():
    station = ChargingStationFactory()
    effect = RecordProgress(station.pk, "firmware_status", "Idle")
    cut_connection()
    with pytest.raises((OperationalError, InterfaceError)):
        write([Item(effect)])
    connection.close()


def test_cut_between_two_statements_is_no_fault_of_the_message(monkeypatch):
    station = ChargingStationFactory()
    effect = RecordProgress(station.pk, "firmware_status", "Idle")
    monkeypatch.setattr(RecordProgress, "prepare", classmethod(lambda cls, effects: cut_connection()))
    with pytest.raises((OperationalError, InterfaceError)):
        write([Item(effect)])
    connection.close()
