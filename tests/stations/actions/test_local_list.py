"""Whatever a station holds: after the messages we send it holds what it should."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stations.actions.local_list import _entries, difference
from stations.commands import SendLocalList, dialect_of
from stations.services.rules.local_list import merged

TAGS = st.text("ABCabc", min_size=1, max_size=3)
ENTRIES = st.tuples(
    st.sampled_from(["accepted", "blocked", "expired"]),
    st.sampled_from([None, datetime(2027, 1, 1, tzinfo=UTC).isoformat()]),
).map(list)
LISTS = st.lists(st.tuples(TAGS, ENTRIES), max_size=12, unique_by=lambda pair: pair[0].lower()).map(dict)
"""Badges are the same in upper and lower case: a list never has one twice."""


class Holder:
    """A station's local list as OCPP 1.6 §5.15 has it; ``fold`` says in which form it compares badges."""

    def __init__(self, fold: Any) -> None:
        self.fold, self.version, self.entries = fold, 0, {}

    def take(self, command: SendLocalList) -> None:
        for message, payload in dialect_of("1.6").requests(command)[:-1]:
            assert message == "SendLocalList"
            assert payload["listVersion"] == self.version + 1
            assert len(payload["localAuthorizationList"]) <= command.chunk
            if payload["updateType"] == "Full":
                self.entries = {}
            for entry in payload["localAuthorizationList"]:
                if "idTagInfo" in entry:
                    self.entries[self.fold(entry["idTag"])] = entry["idTagInfo"]
                else:
                    self.entries.pop(self.fold(entry["idTag"]), None)
            self.version += 1


def command(badges: dict[str, list], *, is_full: bool, version: int, chunk: int) -> SendLocalList:
    return SendLocalList(is_full, version, _entries(badges), chunk)


@given(first=LISTS, second=LISTS, chunk=st.integers(1, 5), fold=st.sampled_from([str, str.lower]))
def test_difference_leads_where_the_full_list_would(first, second, chunk, fold):
    changed, filled = Holder(fold), Holder(fold)
    full = command(first, is_full=True, version=1, chunk=chunk)
    changed.take(full)
    assert changed.version == full.last_version
    changed.take(command(difference(first, second), is_full=False, version=changed.version + 1, chunk=chunk))
    filled.take(command(second, is_full=True, version=1, chunk=chunk))
    assert changed.entries == filled.entries


@given(held=LISTS, wanted=LISTS)
def test_what_is_noted_is_what_was_sent(held, wanted):
    sent = [
        {"id_tag": tag, "status": status, "expires_at": expiry}
        for tag, (status, expiry) in difference(held, wanted).items()
    ]
    assert merged(held, sent) == wanted


@given(held=LISTS)
def test_no_difference_no_message(held):
    assert difference(held, dict(held)) == {}
