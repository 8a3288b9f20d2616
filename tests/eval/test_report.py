import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from eval.records import Excerpt, Mark
from eval.report import formatted, pieces, print_comparisons, print_table, worth_showing, write_html
from eval.results import compare, result
from eval.runner import run
from qa.types import Turn

HOSTILE = "</article><script>alert(1)</script>"


class Page(HTMLParser):
    """The elements of a page, its links, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.text, self.open = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.links += [v for k, v in attrs if k in {"src", "href", "xlink:href", "action"}]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def measured(suite, world):
    return result("small", "collection", list(run(suite, world, world)))


@pytest.fixture
def page(measured, tmp_path):
    def render(suites=(measured,), comparisons=()):
        write_html(suites, comparisons, tmp_path / "report.html")
        return (tmp_path / "report.html").read_text()

    return render


def test_the_page_needs_nothing_from_elsewhere(page):
    html = page()
    assert all(link.startswith("#") for link in Page(html).links)
    assert "url(http" not in html
    assert "@import" not in html


def test_the_page_shows_the_wrong_answer_in_its_passage(page):
    html = page()
    assert html.count("<article ") == 1
    assert "What went wrong: 1 of 4" in html
    assert 'data-outcome="partly right" data-type="who"' in html
    assert (
        '<mark class="gold">Pompeo and </mark><mark class="answer gold">Kim Yong Chol</mark>'
        in html
    )


def test_the_page_has_its_figures(page):
    html = page()
    labels = re.findall(r'<svg role="img" aria-label="([^"]*)"', html)
    assert labels == [
        "Risk-coverage curve of small",
        "Reliability diagram of small",
        "Recall at k of small",
        "Latency of small",
        "Outcomes of small",
        "F1 by type of question of small",
    ]
    assert "var(--accent)" in html
    assert not re.search(r"#0[1-5]0[1-5]0[1-5]", html)


def test_the_gold_passage_alone_has_no_recall_and_no_reliability(page, measured):
    records = [replace(record, rank=None, read=None) for record in measured.records]
    html = page([result("small", "gold", records)])
    assert "Recall at k" not in html
    assert "Reliability" not in html


def test_text_of_articles_and_suites_cannot_become_markup(page, measured):
    wrong = measured.records[2]
    hostile = replace(
        wrong,
        question=HOSTILE,
        answers=(HOSTILE,),
        text=HOSTILE,
        type="who",
        history=(Turn(HOSTILE, HOSTILE),),
        understood_as=HOSTILE,
        excerpts=(Excerpt(HOSTILE, HOSTILE, HOSTILE * 2, (Mark(3, 12, "answer"),)),),
    )
    suite = result(HOSTILE, "collection", [hostile])
    before = [replace(hostile, text="x")]
    html = page([suite], [compare(suite, before)])
    parsed = Page(html)
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    assert [tag for tag, _ in parsed.tags].count("article") == 1
    assert "".join(parsed.text).count(HOSTILE) >= 6


def test_pieces_put_the_text_together_again():
    text = "One two three four"
    excerpt = Excerpt(
        "", "", text, (Mark(4, 13, "answer"), Mark(8, 18, "gold"), Mark(4, 7, "gold"))
    )
    cut = list(pieces(excerpt))
    assert "".join(piece for piece, _ in cut) == text
    assert cut == [
        ("One ", ""),
        ("two", "answer gold"),
        (" ", "answer"),
        ("three", "answer gold"),
        (" four", "gold"),
    ]


def test_pieces_stay_inside_the_text():
    excerpt = Excerpt("", "", "One\n \ntwo", (Mark(-5, 3, "answer"), Mark(6, 99, "gold")))
    assert list(pieces(excerpt)) == [("One", "answer"), ("\n", ""), ("two", "gold")]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("em", 0.5, "50.0"),
        ("latency_p50_ms", 12.4, "12 ms"),
        ("ece", 0.12345, "0.123"),
        ("em", None, "–"),
    ],
)
def test_formatted(name, value, text):
    assert formatted(name, value) == text


def test_what_repeats_another_metric_is_not_shown(suite, world, measured):
    assert "no_answer_recall" in worth_showing(measured)
    answerable = result("small", "collection", measured.records[:3])
    shown = worth_showing(answerable)
    assert {"em", "f1", "mrr", "recall@1"} <= set(shown)
    assert "recall@3" not in shown  # Two passages were read.
    assert not {"answerable_em", "forced_f1", "answer_recall", "no_answer_precision"} & set(shown)
    silent = [replace(measured.records[0], text=None, em=0.0, f1=0.0), *measured.records[1:3]]
    shown = worth_showing(result("small", "collection", silent))
    assert {"answer_recall", "forced_em"} <= set(shown)
    assert not {"answer_precision", "no_answer_precision"} & set(shown)


def test_the_table_and_the_comparison_on_a_terminal(measured):
    out = io.StringIO()
    console = Console(file=out, width=160)
    print_table([measured, replace(measured, name="other")], console)
    worse = replace(measured.records[0], text="Hanoi [/]", em=0.0, f1=0.0)
    now = result("small", "collection", [worse, *measured.records[1:]])
    print_comparisons([compare(now, measured.records)], console)
    printed = out.getvalue()
    assert "small" in printed
    assert "other" in printed
    assert re.search(r"Exact match +75\.0 +\d", printed)
    assert re.search(r"F1, who +87\.5 .*\(2\)", printed)
    assert re.search(r"-1\.00 +Where was the summit\? +Singapore +Hanoi \[/\]", printed)
    assert "p = " in printed
