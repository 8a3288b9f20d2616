from datetime import date

import pytest

from index import Article, Hit, Passage
from qa.ranking.evidence import NO_COPIES, Evidence, rank
from qa.ranking.temporal import plain_times, pool_times
from qa.types import Span

PREVIEW = Article("preview", "", "Both sides said on 2 May 2023 that the fair opens on 9 June.")
REVIEW = Article("review", "", "The fair in June drew crowds last year.", date(2024, 2, 1))
EDITED = Article("edited", "", "As was said on 2 May 2023, the fair opens on June 9, 2023.")
OTHER = Article("other", "", "The fair was held on 3 July 2021.", date(2021, 7, 5))
ARTICLES = {article.id: article for article in (PREVIEW, REVIEW, EDITED, OTHER)}


def evidence(article, quote, score):
    start = article.text.index(quote)
    span = Span(article.id, start, start + len(quote), score)
    hit = Hit(Passage(article.id, 0, len(article.text)), 1.0, 1, 1, 0.5, article=article)
    return Evidence(span, quote, hit, score)


def pooled(*pieces, groups=NO_COPIES):
    return pool_times(rank(pieces, groups), ARTICLES.__getitem__, groups)


def test_compatible_times_are_one_answer_with_the_finest_first():
    (answer,) = pooled(
        evidence(REVIEW, "June", 5.0),
        evidence(PREVIEW, "9 June", 4.0),
        evidence(REVIEW, "last year", 3.0),
    )
    assert answer.evidence[0].quote == "9 June"
    assert {piece.quote for piece in answer.evidence} == {"9 June", "June", "last year"}
    assert (answer.date.start, answer.date.end) == (date(2023, 6, 9), date(2023, 6, 9))
    assert answer.score > 5.0


def test_contradicting_times_stay_apart_each_with_its_date():
    answers = pooled(evidence(PREVIEW, "9 June", 5.0), evidence(OTHER, "3 July 2021", 4.0))
    assert [answer.evidence[0].quote for answer in answers] == ["9 June", "3 July 2021"]
    assert [answer.date.start for answer in answers] == [date(2023, 6, 9), date(2021, 7, 3)]


OSLO = Article("oslo", "", "The summit was held last year in Oslo.", date(2019, 1, 19))
PARIS = Article("paris", "", "The summit was held last year in Paris.", date(2012, 1, 19))
AGAIN = Article("again", "", "It was held last year, they say, as in last year.", date(2019, 3, 1))
ARTICLES |= {article.id: article for article in (OSLO, PARIS, AGAIN)}


def test_the_same_words_in_articles_of_other_years_are_other_times():
    oslo, paris = evidence(OSLO, "last year", 5.0), evidence(PARIS, "last year", 4.5)
    apart = rank([oslo, paris])
    assert len(apart) == 1
    first, second = pooled(oslo, paris)
    assert (str(first.date), first.evidence, first.by_article) == ("2018", (oslo,), {"oslo": 5.0})
    assert (str(second.date), second.evidence, second.score) == ("2011", (paris,), 4.5)
    assert first.score == pytest.approx(5.0)
    assert first.share + second.share == pytest.approx(apart[0].share)
    # Who agrees is with the right one.
    again = evidence(AGAIN, "last year", 4.0)
    first, second = pooled(oslo, paris, again)
    assert set(first.evidence) == {oslo, again}
    assert second.evidence == (paris,)
    assert first.score > 5.0


def test_the_end_that_is_asked_for_is_what_articles_agree_on():
    war = Article("war", "", "The Long Strike (1971-74) kept her at home.")
    over = Article("over", "", "When the Long Strike was over in May 1974, she went.")
    articles = {article.id: article for article in (war, over)}
    pieces = [evidence(war, "1971-74", 5.0), evidence(over, "May 1974", 4.0)]
    (ended,) = pool_times(rank(pieces), articles.__getitem__, end="last")
    assert str(ended.date) == "1974-05"
    begun, later = pool_times(rank(pieces), articles.__getitem__, end="first")
    assert (str(begun.date), str(later.date)) == ("1971", "1974-05")


def test_what_states_no_time_is_left_alone():
    crowds = evidence(REVIEW, "crowds", 6.0)
    answers = pooled(crowds, evidence(REVIEW, "June", 5.0))
    assert answers[0].evidence == (crowds,)
    assert answers[0].date is None


def test_a_far_worse_place_says_nothing():
    answers = pooled(evidence(PREVIEW, "9 June", 9.0), evidence(REVIEW, "last year", -2.0))
    assert len(answers) == 2
    assert answers[0].date.start == date(2023, 6, 9)


def test_shares_and_odds_are_pooled():
    pieces = [evidence(REVIEW, "June", 5.0), evidence(PREVIEW, "9 June", 4.0)]
    apart = rank(pieces)
    (together,) = pool_times(apart, ARTICLES.__getitem__)
    assert together.share == pytest.approx(sum(candidate.share for candidate in apart))


def test_a_copy_in_other_words_is_no_second_witness():
    preview, edited = evidence(PREVIEW, "9 June", 5.0), evidence(EDITED, "June 9, 2023", 4.0)
    rival = evidence(OTHER, "3 July 2021", 4.5)
    (alone, second) = pooled(preview, rival)
    (copied, beside) = pooled(preview, edited, rival, groups={"preview": 1, "edited": 1})
    assert {piece.quote for piece in copied.evidence} == {"9 June", "June 9, 2023"}
    assert copied.score == pytest.approx(alone.score)
    assert beside.score == second.score
    (apart, _) = pooled(preview, edited, rival)
    assert apart.score > alone.score


def test_copies_do_not_outvote_a_better_witness():
    pieces = [evidence(PREVIEW, "9 June", 4.0), evidence(EDITED, "June 9, 2023", 4.0)]
    rival = evidence(OTHER, "3 July 2021", 4.5)
    copies = {"preview": 1, "edited": 1, "other": 2}
    best, _ = pooled(*pieces, rival, groups=copies)
    assert best.evidence[0].quote == "3 July 2021"
    assert pooled(*pieces, rival)[0].evidence[0].quote != "3 July 2021"


def test_nothing():
    assert pool_times([], ARTICLES.__getitem__) == []


def test_a_plain_date_stands_for_itself_and_the_words_around_it():
    longer, plain = evidence(PREVIEW, "on 9 June", 5.0), evidence(PREVIEW, "9 June", 4.5)
    # The same words, read worse in an overlapping passage.
    worse = evidence(PREVIEW, "9 June", -3.0)
    (left,) = plain_times([longer, plain, worse], ARTICLES.__getitem__)
    assert (left.quote, left.score) == ("9 June", 5.0)
    kept = plain_times([longer, evidence(PREVIEW, "9 June", 1.0)], ARTICLES.__getitem__)
    assert [piece.quote for piece in kept] == ["on 9 June", "9 June"]
