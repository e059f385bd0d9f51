"""Transactions that block each other: one is ended by the database, and done again."""

import threading

import pytest
from django.db import OperationalError, connection, connections

from emobility.common.deadlocks import atomically
from stations.models import Company


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_both_of_two_transactions_that_block_each_other_are_done():
    first, second = (Company.objects.create(name=name) for name in ("first", "second"))
    met, failures = threading.Barrier(2), []

    def rename(*rows: Company) -> None:
        attempts = iter([True])

        def work() -> None:
            Company.objects.filter(pk=rows[0].pk).update(name=f"{rows[0].pk} of {rows[0].name}")
            if next(attempts, False):
                met.wait(timeout=10)
            Company.objects.filter(pk=rows[1].pk).update(name=f"{rows[1].pk} of {rows[0].name}")

        try:
            atomically(work)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=rename, args=rows) for rows in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert failures == []
    names = set(Company.objects.values_list("name", flat=True))
    assert len({name.rpartition(" ")[2] for name in names}) == 1  # whoever was last wrote both


@pytest.mark.django_db(transaction=True)
def test_other_errors_are_not_tried_again():
    tries = []

    def work() -> None:
        tries.append(1)
        raise OperationalError("no such table")

    with pytest.raises(OperationalError):
        atomically(work)
    assert len(tries) == 1
