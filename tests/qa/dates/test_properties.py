import time
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qa.dates import (
    Anchor,
    CalendarFields,
    Evidence,
    anchor_for,
    combine,
    find_times,
    is_when_question,
    question_interval,
    readings,
    resolve,
    time_of_answer,
    times_of_answer,
)
from qa.types import ResolvedDate

MONTHS = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]
WEEKDAYS = [date(2001, 1, day).strftime("%A") for day in range(1, 8)]
TENSES = ["They met {}.", "They will meet {}.", "A meeting {}.", "He agreed to meet {}.", "{}"]

days = st.dates(date(1500, 1, 1), date(2150, 12, 31))
anchors = st.builds(Anchor, st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.booleans())
tenses = st.sampled_from(TENSES)

FRAGMENTS = [
    *("may", "May", "march", "June", "12", "the 12th", "31", "2018", "1950-53", "12/06/2018"),
    *("last", "next", "this", "week", "weeks", "year", "two", "a", "ago", "the", "past", "days"),
    *("Friday", "Monday", "yesterday", "the day after", "later", "in", "from", "to", "between"),
    *("and", "of", "-", "–", ",", ".", "'", "’s", "90s", "1990s", "century", "19th", "early"),
    *("spring", "fall", "winter", "quarter", "first", "Q1", "will", "met", "was", "\n\n", "\n"),
    *("2018-06-12", "00", "9999", "0", "people", "29 February", "weekend", "500 centuries ago"),
]
soup = st.lists(st.sampled_from(FRAGMENTS), max_size=25).flatmap(
    lambda words: st.sampled_from([" ", "", "  "]).map(lambda gap: gap.join(words))
)
texts = st.one_of(st.text(max_size=300), soup)


@settings(max_examples=4 * settings().max_examples)
@given(texts, st.booleans())
def test_offsets_are_exact_ordered_and_apart(text, lenient):
    end = 0
    for expression in find_times(text, lenient=lenient):
        assert end <= expression.start < expression.end <= len(text)
        assert text[expression.start : expression.end] == expression.quote
        assert expression.quote == expression.quote.strip()
        end = expression.end


@settings(max_examples=4 * settings().max_examples)
@given(texts, st.none() | anchors)
def test_any_text_resolves_to_ordered_intervals_or_nothing(text, anchor):
    for expression in find_times(text):
        meant = readings(expression, text, anchor)
        resolved = resolve(expression, text, anchor)
        assert resolved == (meant[0] if len(meant) == 1 else None)
        for reading in meant:
            assert reading.start <= reading.end
            assert (reading.granularity == "day") <= (reading.start == reading.end)
            assert "\n" not in reading.derivation
            # Without a date of the article, only a year told before can be lent, and is named.
            if anchor is None and reading.inferred:
                assert ', after "' in reading.derivation


@settings(max_examples=2 * settings().max_examples)
@given(texts, st.none() | days, st.data())
def test_answers_and_questions_never_raise(text, published, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    answers = times_of_answer(text, published, start, end, in_sentence=True)
    assert time_of_answer(text, published, start, end, in_sentence=True) == next(
        iter(answers), None
    )
    combine([answer.evidence(1.0) for answer in answers])
    anchor_for(text, published)
    is_when_question(text)
    interval = question_interval(text, date(2020, 2, 29))
    assert interval is None or interval.start <= interval.end


def _written(day):
    month, number = MONTHS[day.month - 1], day.day
    return [
        f"{month} {number}, {day.year}",
        f"{number} {month} {day.year}",
        f"{WEEKDAYS[day.weekday()]}, {number} {month} {day.year}",
        f"{WEEKDAYS[day.weekday()]}, {month} {number}, {day.year}",
        f"{day:%Y-%m-%d}",
        f"{day:%d.%m.%Y}",
    ]


@given(days, tenses, st.integers(0, 5), st.none() | anchors)
def test_a_full_date_is_that_day_whatever_stands_around_it(day, tense, form, anchor):
    quote = _written(day)[form]
    text = tense.format(f"on {quote}")
    (expression,) = find_times(text)
    resolved = resolve(expression, text, anchor)
    assert expression.quote == quote
    assert (resolved.start, resolved.end, resolved.granularity) == (day, day, "day")
    assert not resolved.inferred


@given(st.integers(1, 12), st.integers(1, 31), tenses, anchors)
def test_a_partial_date_keeps_its_month_and_day(month, number, tense, anchor):
    text = tense.format(f"on {number} {MONTHS[month - 1]}")
    (expression,) = find_times(text)
    for reading in readings(expression, text, anchor):
        assert reading.start == reading.end
        assert (reading.start.month, reading.start.day) == (month, number)
        assert abs((reading.start - anchor.date).days) <= 366 * 8


@given(st.integers(1, 12), tenses, anchors)
def test_a_month_is_that_month_in_the_direction_of_the_tense(month, tense, anchor):
    text = tense.format(f"in {MONTHS[month - 1]}")
    (expression,) = find_times(text)
    for reading in readings(expression, text, anchor):
        assert reading.start.month == reading.end.month == month
        assert reading.start.day == 1
        assert (reading.end + timedelta(days=1)).day == 1
        if tense == TENSES[0] and not anchor.inferred:
            assert reading.start <= anchor.date
        if tense == TENSES[1] and not anchor.inferred:
            assert reading.end >= anchor.date


@given(st.integers(0, 6), tenses, anchors, st.sampled_from(["", "last ", "next ", "this "]))
def test_a_weekday_is_that_weekday_and_near(weekday, tense, anchor, pick):
    text = tense.format(f"on {pick}{WEEKDAYS[weekday]}")
    (expression,) = find_times(text)
    for reading in readings(expression, text, anchor):
        distance = (reading.start - anchor.date).days
        assert reading.start.weekday() == weekday
        assert reading.start == reading.end
        assert abs(distance) <= (13 if pick == "next " else 7)
        if pick == "last ":
            assert distance < 0
        if pick == "next ":
            assert distance > 0
        if not anchor.inferred and not pick and tense == TENSES[0]:
            assert -6 <= distance <= 0
        if not anchor.inferred and not pick and tense == TENSES[1]:
            assert 0 <= distance <= 6


@given(st.integers(1000, 2199), st.integers(1, 12), tenses)
def test_a_year_and_a_month_of_it_are_themselves(year, month, tense):
    for quote, first in ((f"{year}", 1), (f"{MONTHS[month - 1]} {year}", month)):
        text = tense.format(f"in {quote}")
        (expression,) = find_times(text)
        resolved = resolve(expression, text, None)
        assert expression.quote == quote
        assert (resolved.start, resolved.end.year) == (date(year, first, 1), year)


@given(st.integers(1, 28), st.integers(1, 12), st.integers(1000, 2199))
def test_a_numeric_date_has_one_reading_only_if_the_order_does_not_matter(day, month, year):
    text = f"on {day:02}/{month:02}/{year} they met"
    (expression,) = find_times(text)
    meant = readings(expression, text, None)
    assert len(meant) == (1 if day > 12 or day == month else 2)
    assert date(year, month, day) in {reading.start for reading in meant}


@given(st.integers(2, 400), st.sampled_from(["day", "week", "month", "year"]), anchors)
def test_ago_is_before_and_holds_the_day(count, unit, anchor):
    text = f"They met {count} {unit}s ago."
    (expression,) = find_times(text)
    resolved = resolve(expression, text, anchor)
    if resolved is None:
        assert unit == "day"
        assert anchor.inferred
        return
    assert resolved.granularity == unit
    assert resolved.end < anchor.date
    assert resolved.inferred == anchor.inferred


@given(days, st.sampled_from([1, 2, 3, 10]))
def test_the_days_after_a_dated_event(day, count):
    text = f"He spoke {count} days after the summit on {day.day} {day:%B} {day.year}."
    expression = find_times(text)[0]
    assert resolve(expression, text, None).start == day + timedelta(days=count)


intervals = st.tuples(
    st.dates(date(2017, 1, 1), date(2019, 12, 31)), st.sampled_from([0, 0, 6, 30, 364, 3000])
)


@st.composite
def pieces(draw):
    def reading(drawn):
        start, length = drawn
        end = start + timedelta(days=length)
        return ResolvedDate(start, end, "range", f"{start} to {end}", draw(st.booleans()))

    meant = tuple(reading(drawn) for drawn in draw(st.lists(intervals, max_size=2)))
    partial = draw(
        st.none()
        | st.builds(CalendarFields, month=st.integers(1, 12), day=st.integers(1, 31))
        | st.builds(CalendarFields, month=st.integers(1, 12))
        | st.builds(CalendarFields, weekday=st.integers(0, 6))
        | st.builds(CalendarFields, day=st.integers(1, 31))
        | st.builds(CalendarFields, season=st.integers(0, 3))
    )
    return Evidence("then", meant, partial, draw(st.sampled_from([0.0, 0.5, 1.0, 2.0])))


def _allows(piece, interval):
    """Return whether each day of an interval is one of a piece of evidence."""
    if any(r.start <= interval.start and interval.end <= r.end for r in piece.readings):
        return True
    fields = piece.partial
    assume((interval.end - interval.start).days < 400)
    day = interval.start
    while day <= interval.end and fields is not None:
        seasonal = fields.season is None or (day.month - 3) % 12 // 3 == fields.season
        monthly = fields.month in {None, day.month} and fields.day in {None, day.day}
        if not (seasonal and monthly and fields.weekday in {None, day.weekday()}):
            return False
        day += timedelta(days=1)
    return fields is not None


@settings(max_examples=3 * settings().max_examples)
@given(st.lists(pieces(), max_size=6))
def test_a_combination_lies_within_all_that_supports_it(evidence):
    combined = combine(evidence)
    if combined is None:
        assert not any(piece.readings for piece in evidence)
        return
    for conflict in (combined, *combined.conflicts):
        assert conflict.resolved.start <= conflict.resolved.end
        assert list(conflict.supporting) == sorted(set(conflict.supporting))
        assert conflict.score == pytest.approx(sum(evidence[i].score for i in conflict.supporting))
        assert conflict.score <= combined.score
        for index in conflict.supporting:
            assert _allows(evidence[index], conflict.resolved)
        if conflict.resolved.inferred:
            held = [evidence[i] for i in conflict.supporting]
            # A partial date beside a reading is one more thing that a piece may mean.
            assert any(
                len(piece.readings) + (piece.partial is not None) > 1
                or any(r.inferred for r in piece.readings)
                for piece in held
            )
    used = {i for conflict in (combined, *combined.conflicts) for i in conflict.supporting}
    assert used >= {i for i, piece in enumerate(evidence) if piece.readings}


@given(st.lists(pieces(), max_size=5), st.randoms())
def test_the_best_score_does_not_depend_on_the_order(evidence, random):
    shuffled = list(evidence)
    random.shuffle(shuffled)
    first, second = combine(evidence), combine(shuffled)
    assert (first is None) == (second is None)
    assert first is None or first.score == pytest.approx(second.score)


HOSTILE = [
    "1" * 100_000,
    " " * 100_000,
    "1 " * 50_000,
    "1," * 50_000,
    "1,111" * 20_000,
    "1." * 50_000,
    "12/" * 33_000,
    "2018-" * 20_000,
    "the " * 25_000,
    "in the " * 14_000,
    "from 12 " * 12_000,
    "12 - 12 - " * 10_000,
    "last last next this " * 5_000,
    "early the late of the " * 4_500,
    "the first first first " * 4_500,
    "May " * 25_000,
    "Monday, " * 12_000,
    "Mon. Tue., 12 " * 7_000,
    "between " * 12_000,
    "a" * 100_000,
    "'" * 100_000,
    "\n" * 100_000,
    ". " * 50_000,
    "In June 2018. " * 7_000,
    "by May they met. " * 6_000,
    "from June 12, 2018 to " * 4_500,
    "moved " * 16_000 + "from June to July",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:16]))
def test_time_is_linear_in_the_text(text):
    def seconds(part):
        started = time.process_time()
        find_times(part)
        anchor_for(part, None)
        return time.process_time() - started

    def linear():
        quarter = seconds(text[: len(text) // 4])
        # Four times as long a text takes four times as long; sixteen would be quadratic.
        return seconds(text) < max(10 * quarter, 0.5)

    # A machine that is busy with something else may spoil a measurement, but not three.
    assert any(linear() for _ in range(3))
