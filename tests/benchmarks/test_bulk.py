"""The figures of the benchmark of bulk operations."""

from collections import Counter

from benchmarks.bulk import Bench, Result, Times, is_good, percentile, render, words


def row(second: int, **extra: str) -> dict[str, str]:
    moment = f"2026-03-01T12:00:{second:02}+00:00"
    return {"state": "accepted", "effect": "seen", "due_at": moment, "sent_at": moment, "settled_at": moment} | extra


def result(slowest_ms: float, **extra: str) -> Result:
    times = Times(during={"/": [10.0, slowest_ms]}, idle={"/": [10.0, 10.0]})
    return Result(times, [row(0), row(5, **extra)], preview_ms=1, start_ms=2)


def test_spans_and_counts():
    found = result(20, sent_at="2026-03-01T12:00:07+00:00", settled_at="2026-03-01T12:00:08+00:00")
    assert found.span_s("due_at", "settled_at") == 8
    assert found.late_s == [0, 2]
    assert (found.states, found.effects) == (Counter(accepted=2), Counter(seen=2))


def test_it_is_good_when_pages_are_quick_and_everything_is_settled():
    assert is_good(result(20))
    assert not is_good(result(900))
    assert not is_good(result(20, state="queued"))


def test_the_report_names_every_page():
    text = render("SQLite", Bench(2, 60, 1), result(20))
    assert "| / | 10 | 10 | 15 | 20 | 1.9 |" in text
    assert "Outcomes: 2 accepted." in text


def test_small_parts():
    assert percentile([7.0], 95) == 7
    assert words(Counter(a=1, b=3)) == "3 b, 1 a"
