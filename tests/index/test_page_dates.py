"""Dates that pages state, and those that only stand in them."""

import json
from datetime import date

import pytest

from index.sources.page_dates import page_date

DAY = date(2019, 3, 14)
TEXT = "<p>" + "The quay of Rostock was opened by the mayor, who spoke for an hour. " * 5 + "</p>"


def page(head="", body="", lang="en"):
    return (
        f"<!doctype html><html lang={lang}><head>{head}</head><body><article><h1>Quay opens</h1>"
        f"{body}{TEXT}</article></body></html>"
    )


def linked_data(**fields):
    return f'<script type="application/ld+json">{json.dumps(fields)}</script>'


@pytest.mark.parametrize(
    "html",
    [
        page('<meta property="article:published_time" content="2019-03-14T23:30:00-08:00">'),
        page('<meta name="DC.date.issued" content="14 March 2019">'),
        page('<meta name="citation_publication_date" content="2019/03/14">'),
        page(linked_data(**{"@type": "NewsArticle", "datePublished": "2019-03-14T00:10:00+13:00"})),
        page(linked_data(**{"@graph": [{"@type": "BlogPosting", "datePublished": "2019-03-14"}]})),
        page(body='<time itemprop="datePublished" datetime="2019-03-14">last week</time>'),
        page(body='<span class="entry-date published updated">March 14, 2019</span>'),
        page(body='<div class="byline">By Ana <time datetime="2019-03-14T10:00Z">x</time></div>'),
        page(body="<p>By Ana Costa | March 14, 2019</p>"),
        page(body="<p>14 March 2019</p>"),
        page(body='<p class="date">14. März 2019</p>', lang="de"),
        page(
            body='<p class="date">14.03.2019, 10:15 Uhr</p>',
            lang="de",
        ),
        page(body='<p class="date">le 14/03/2019</p>', lang="fr"),
    ],
)
def test_what_a_page_states(html):
    assert page_date(html).day == DAY


@pytest.mark.parametrize(
    "html",
    [
        page('<meta property="og:image" content="https://a.org/2019/03/14/quay.jpg">'),
        page('<meta property="article:modified_time" content="2019-03-14">'),
        page('<link rel="canonical" href="https://a.org/2019/03/14/quay">'),
        page('<script>var build = "2019-03-14";</script>'),
        page(linked_data(**{"@type": "Event", "startDate": "2019-03-14"})),
        page(linked_data(**{"@type": "VideoObject", "datePublished": "2019-03-14"})),
        page(body="<p>The fair will be on 14 March 2019.</p>"),
        page(body='<p>The fair is on <time datetime="2019-03-14">14 March</time>.</p>'),
        page(body='<aside class="related"><span class="date">14 March 2019</span></aside>'),
        page(body='<p class="updated">14 March 2019</p>'),
        page('<meta name="date" content="0001-01-01T00:00:00Z">'),
        page('<meta name="date" content="March 2019">'),
    ],
)
def test_what_only_stands_in_a_page(html):
    assert page_date(html).day is None


def test_a_date_of_two_readings_is_told_where_no_other_is_stated():
    stated = page_date(page('<meta name="date" content="03/04/2019 10:00">'))
    assert stated.day is None
    assert "'03/04/2019 10:00' has two readings" in stated.refused
    both = '<meta name="date" content="03/04/2019"><meta name="created" content="2019-03-14">'
    assert page_date(page(both)).day == DAY
    assert page_date(page()).refused == ""


@pytest.mark.parametrize("html", ["", "<", "<!-- -->", "a" * 1000, "\0", '<html lang="x-y"><time>'])
def test_pages_that_are_none_state_nothing(html):
    assert page_date(html).day is None
