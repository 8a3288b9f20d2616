"""The page in a real browser: what people do with it, and what must not happen to them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import (
    INSIDE_VIEWPORT,
    TAKES_LONG,
    add_text,
    answer_of,
    ask,
    evidence_of,
    remove_article,
)


def test_an_answer_comes_with_its_words_marked(page: Any) -> None:
    turn = ask(page, "Who is Kim Yong-chol?")
    text = answer_of(turn)
    evidence_of(page, "Who is Kim Yong-chol?")
    card = page.locator(".aq-card").first
    assert card.locator("mark").inner_text() == text
    assert "%" in turn.locator(".aq-confidence").inner_text()
    assert card.locator("h3").inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_card_opens_the_article_at_the_marked_words(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    text = answer_of(ask(page, "Who is Kim Yong-chol?"))
    for _ in range(2):  # The same article opens a second time, too.
        page.locator(".aq-card blockquote").first.click()
        mark = page.locator("dialog[open] mark")
        mark.wait_for()
        page.wait_for_function(INSIDE_VIEWPORT, arg=mark.element_handle())
        assert mark.inner_text() == text
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_follow_up_shows_how_it_was_understood(page: Any) -> None:
    add_text(
        page,
        "Ada Brunn",
        "Ada Brunn is a Danish painter. Ada Brunn was born in Aarhus in 1901. "
        "Ada Brunn died in Lisbon in 1977.",
    )
    page.get_by_role("tab", name="Ask").click()
    assert "painter" in answer_of(ask(page, "Who is Ada Brunn?"))
    turn = ask(page, "Where was she born?", enter=True)
    assert "Aarhus" in answer_of(turn)
    assert "Ada Brunn" in turn.locator(".aq-understood").inner_text()
    page.click("#aq-fresh")
    page.locator("#aq-start .aq-lead").wait_for()
    page.get_by_role("tab", name="Articles").click()
    remove_article(page, "Ada Brunn")


def test_a_date_range_filters_the_questions(page: Any) -> None:
    add_text(page, "Toll 2001", "The toll of the Orrin bridge is 5 crowns.", "2001-05-01")
    add_text(page, "Toll 2011", "The toll of the Orrin bridge is 9 crowns.", "2011-05-01")
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("button", name="Only some articles").click()
    question = "What is the toll of the Orrin bridge?"
    for since, until, toll, day in (
        ("2010", "", "9 crowns", "2011-05-01"),
        ("", "2005-12", "5 crowns", "2001-05-01"),
    ):
        page.fill("#aq-since", since)
        page.fill("#aq-until", until)
        turn = ask(page, question)
        assert toll in answer_of(turn)
        assert "Only articles" in turn.locator(".aq-filters").inner_text()
        evidence_of(page, question)
        assert page.locator(".aq-card time").all_inner_texts() == [day]
    page.locator("#aq-chosen").get_by_text("1 of ").wait_for()
    page.get_by_role("button", name="Remove: until 2005-12-31").click()
    page.locator(".aq-chips").wait_for(state="detached")
    before = page.locator(".aq-turn").count()
    page.fill("#aq-since", "soon")
    page.fill("#aq-field", question)
    page.press("#aq-field", "Enter")
    # Leaving the field of the date says so, too, while the question is still on its way.
    page.locator(".aq-unsent").wait_for(state="detached")
    page.locator("#aq-told").get_by_text("not a date").wait_for()
    assert page.locator(".aq-turn").count() == before
    assert page.input_value("#aq-field") == question, "what was asked is not lost"
    page.fill("#aq-since", "")
    page.click("#aq-fresh")
    page.get_by_role("tab", name="Articles").click()
    remove_article(page, "Toll 2001")
    remove_article(page, "Toll 2011")


def test_markup_of_articles_and_questions_stays_text(page: Any) -> None:
    attack = (
        "<script>alert(1)</script><img src=x onerror=alert(2)>${alert(3)}{{alert 4}}"
        "[link](javascript:alert(5))<svg/onload=alert(6)>"
    )
    title = f"The sword of Quillmere {attack}"
    add_text(page, title, f"The sword of Quillmere was forged by Master Holt {attack} in 1290.")
    page.get_by_role("tab", name="Ask").click()
    turn = ask(page, f"Who forged the sword of Quillmere? {attack}")
    assert attack in turn.locator(".aq-question").inner_text()
    card = page.locator(".aq-card").filter(has_text="Quillmere").first
    assert card.locator("h3").inner_text().endswith(title)
    card.locator("blockquote").click()
    page.locator("dialog[open] .aq-article-text").wait_for()
    assert attack in page.locator("dialog[open] .aq-article-text").inner_text()
    page.wait_for_timeout(500)  # An image that fails to load would run its handler by now.
    inside = "#aq-talk, #aq-side, #aq-evidence, .aq-dialog, #aq-articles, #aq-report"
    for region in page.locator(inside).all():
        assert region.locator("script, img, svg, iframe, [onerror], [onload]").count() == 0
        assert region.locator("a[href^='javascript']").count() == 0
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Articles").click()
    remove_article(page, "Quillmere")


def test_no_answer_is_labelled(page: Any) -> None:
    turn = ask(page, "What is the boiling point of molybdenum?")
    assert answer_of(turn) == "The articles do not say."
    evidence_of(page, "What is the boiling point of molybdenum?")
    assert "Not an answer" in page.locator(".aq-notice").inner_text()
    assert page.locator("#aq-evidence mark").count() == 0


def test_examples_can_be_asked_and_are_answered(page: Any) -> None:
    example = page.locator(".aq-examples button").first
    example.wait_for(timeout=TAKES_LONG)
    question = example.inner_text()
    example.click()
    turn = page.locator(".aq-turn").first
    turn.locator(".aq-answer").wait_for(timeout=TAKES_LONG)
    assert turn.locator(".aq-question").inner_text() == question
    assert answer_of(turn) != "The articles do not say."


def test_a_greeting_is_met_with_questions_that_can_be_clicked(page: Any) -> None:
    page.fill("#aq-question textarea", "hello")
    page.click("#aq-ask")
    example = page.locator(".aq-turn").first.locator(".aq-examples button").first
    example.wait_for(timeout=TAKES_LONG)
    question = example.inner_text()
    example.click()
    turn = page.locator(".aq-turn").nth(1)
    turn.locator(".aq-answer").wait_for(timeout=TAKES_LONG)
    assert turn.locator(".aq-question").inner_text() == question
    assert page.locator(".aq-card mark").first.inner_text() == answer_of(turn)


def test_an_opinion_is_stored(page: Any, server: Any) -> None:
    turn = ask(page, "Who is Mike Pompeo?")
    text = answer_of(turn)
    turn.get_by_role("button", name="Good answer").click()
    page.locator(".aq-turn [aria-pressed=true]").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Good"
    stored: Path = server.data / "article-qa" / "collection" / "feedback.jsonl"
    record = json.loads(stored.read_text().splitlines()[-1])
    assert (record["verdict"], record["text"]) == ("like", text)
    assert record["citations"][0]["passage"]


def test_retry_asks_the_last_question_again(page: Any) -> None:
    first = answer_of(ask(page, "Who is Kim Yong-chol?"))
    page.get_by_role("button", name="Ask again").click()
    page.locator(".aq-status").wait_for(state="detached")
    page.locator(".aq-turn .aq-answer").wait_for(timeout=TAKES_LONG)
    assert page.locator(".aq-turn").count() == 1
    assert answer_of(page.locator(".aq-turn").first) == first


def test_stop_leaves_nothing_under_way(page: Any) -> None:
    for name in ("Kim Yong-chol", "Donald Trump", "Mike Pompeo", "Moon Jae-in", "Stephen Biegun"):
        page.fill("#aq-question textarea", f"Who is {name}?")
        page.press("#aq-question textarea", "Enter")
    page.locator(".aq-turn").nth(4).wait_for()
    # In one step: the answers may be quicker than a click that first looks for its button.
    page.evaluate("() => { const b = document.querySelector('#aq-stop'); b.hidden || b.click(); }")
    page.locator("#aq-stop").wait_for(state="hidden")
    page.locator(".aq-status").first.wait_for(state="detached")
    assert page.locator(".aq-turn").count() == 5
    assert page.locator(".aq-turn :is(.aq-answer, .aq-problem)").count() == 5
    assert answer_of(ask(page, "Who is Mike Pompeo?"))


def test_everything_works_from_the_keyboard(page: Any) -> None:
    page.locator("#aq-question textarea").focus()
    page.keyboard.type("Who is Kim Yong-chol?")
    page.keyboard.press("Enter")
    page.locator(".aq-turn .aq-answer").wait_for(timeout=TAKES_LONG)
    evidence_of(page, "Who is Kim Yong-chol?")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('aq-open')"):
            break
    page.keyboard.press("Enter")
    page.locator("dialog[open] mark").wait_for()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")


@pytest.fixture(scope="module")
def injected(chromium: Any) -> Iterator[Any]:
    """A tab that takes what is injected by script, as axe is; the page's policy forbids it."""
    opened = chromium.new_page(bypass_csp=True)
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_no_violation(injected: Any, server: Any, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page = injected
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.goto(server.url)
    page.locator("#aq-start .aq-examples").wait_for(timeout=TAKES_LONG)
    violations = {}

    def look(state: str) -> None:
        page.wait_for_timeout(400)
        for violation in axe.Axe().run(page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            violations[f"{state}: {violation['id']}"] = nodes

    look("start")
    ask(page, "Who is Kim Yong-chol?")
    look("answer")
    page.locator(".aq-open").first.click()
    page.locator("dialog[open]").wait_for()
    look("article")
    page.get_by_role("button", name="Ask only this article").click()
    page.locator(".aq-chips").wait_for()
    look("one article")
    page.locator(".aq-chips button").click()
    ask(page, "What is the boiling point of molybdenum?")
    page.get_by_role("button", name="Only some articles").click()
    look("no answer")
    page.get_by_role("tab", name="Articles").click()
    page.locator(".aq-articles").wait_for()
    for section in ("Paste a text", "New collection", "Rename or delete this one"):
        page.get_by_role("button", name=section).click()
    look("articles")
    assert json.dumps(violations, indent=1) == "{}"
