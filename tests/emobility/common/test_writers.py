"""A batch's transaction: statements past the ORM and the ORM itself, all or nothing."""

import pytest
from django.db import IntegrityError, connection, transaction

from emobility.common.bulk import Insert
from emobility.common.writers import transaction as batch
from stations.models import Company

pytestmark = pytest.mark.django_db(transaction=True)

insert = Insert(Company, ["name"])


def names() -> set[str]:
    return set(Company.objects.values_list("name", flat=True))


def test_both_ways_of_writing_are_committed_together():
    with batch() as database:
        insert(database, [["past the ORM"]])
        Company.objects.create(name="by the ORM")
    assert names() == {"past the ORM", "by the ORM"}


class Mishap(Exception):
    """Ends a block in the middle."""


def write_both_and_fail() -> None:
    with batch() as database:
        insert(database, [["past the ORM"]])
        Company.objects.create(name="by the ORM")
        transaction.on_commit(lambda: Company.objects.create(name="hook"))
        raise Mishap


def test_a_failure_undoes_both_and_the_connection_goes_on():
    with pytest.raises(Mishap):
        write_both_and_fail()
    assert names() == set()
    assert connection.get_autocommit()
    assert not connection.in_atomic_block
    Company.objects.create(name="later")
    assert names() == {"later"}


def test_a_statement_that_fails_is_told_in_djangos_words():
    with pytest.raises(IntegrityError), batch() as database:
        insert(database, [[None]])
    assert names() == set()


@transaction.atomic
def create_and_fail() -> None:
    Company.objects.create(name="second")
    raise Mishap


def test_a_savepoint_inside_may_fail_alone():
    with batch() as database:
        insert(database, [["first"]])
        with pytest.raises(Mishap):
            create_and_fail()
    assert names() == {"first"}


def test_rows_can_be_locked():
    Company.objects.create(name="locked")
    with batch():
        assert Company.objects.select_for_update().get().name == "locked"


def test_hooks_wait_for_the_commit():
    seen: list[set[str]] = []
    with batch() as database:
        transaction.on_commit(lambda: seen.append(names()))
        insert(database, [["committed"]])
        assert seen == []
    assert seen == [{"committed"}]


def test_hooks_of_a_failed_batch_are_forgotten():
    with pytest.raises(Mishap):
        write_both_and_fail()
    with batch() as database:
        insert(database, [["next"]])
    assert names() == {"next"}


def test_inside_another_transaction_it_is_part_of_that():
    with pytest.raises(Mishap):
        transaction.atomic(write_both_and_fail)()
    with transaction.atomic():
        with batch() as database:
            insert(database, [["inner"]])
        assert names() == {"inner"}
        transaction.set_rollback(True)
    assert names() == set()
