"""``prune``."""

from django.core.management import call_command

from stations.enums import SessionState
from tests.support.factories import MOMENT, MeterSampleFactory, OcppExchangeFactory, RefusalFactory


def test_counts_are_printed(db, settings, capsys):
    settings.FRAME_RETENTION_DAYS = settings.SAMPLE_RETENTION_DAYS = 1
    OcppExchangeFactory()
    RefusalFactory()
    MeterSampleFactory(session__state=SessionState.ENDED, sampled_at=MOMENT)

    call_command("prune")

    assert capsys.readouterr().out == "deleted 1 frames, 1 samples, 1 refused handshakes\n"
