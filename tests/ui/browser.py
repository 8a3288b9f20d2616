"""Actions on the page in a browser, for the tests."""

from typing import Any

TAKES_LONG = 60_000


INSIDE_VIEWPORT = """(mark) => {
  const box = mark.getBoundingClientRect();
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight
    && box.left >= 0 && box.right <= innerWidth;
}"""


def ask(page: Any, question: str, *, enter: bool = False) -> Any:
    """Ask, and wait for the outcome; returns the newest turn."""
    before = page.locator(".aq-turn").count()
    page.fill("#aq-question textarea", question)
    if enter:
        page.press("#aq-question textarea", "Enter")
    else:
        page.click("#aq-ask")
    turn = page.locator(".aq-turn").nth(before)
    turn.locator(".aq-answer, .aq-problem").wait_for(timeout=TAKES_LONG)
    return turn


def answer_of(turn: Any) -> str:
    """Its words, without the numbers of the evidence beside them."""
    return str(turn.locator(".aq-answer bdi, .aq-none").inner_text())


def evidence_of(page: Any, question: str) -> None:
    """Wait until the evidence is that of a question."""
    page.locator("#aq-evidence:not([aria-busy])").wait_for()
    page.locator(".aq-about q").get_by_text(question, exact=True).wait_for()
    page.locator(".aq-card").first.wait_for()


def titles_of_evidence(page: Any, question: str) -> set[str]:
    """The titles of the cards, once the evidence is that of a question."""
    evidence_of(page, question)
    headings = page.locator(".aq-card h3").all_inner_texts()
    return {heading.partition(" ")[2].strip() for heading in headings}


def add_text(page: Any, title: str, text: str, published: str = "") -> None:
    """Add an article on the Articles tab, and wait until it is in."""
    page.get_by_role("tab", name="Articles").click()
    if not page.locator("#aq-paste-text textarea").is_visible():
        page.get_by_role("button", name="Paste a text").click()
    page.fill("#aq-paste-title textarea, #aq-paste-title input", title)
    page.fill("#aq-paste-date textarea, #aq-paste-date input", published)
    page.fill("#aq-paste-text textarea", text)
    page.click("#aq-paste-add")
    done = page.locator("#aq-report .aq-done").filter(has_text="added").filter(has_text=title)
    done.wait_for(timeout=TAKES_LONG)


def remove_article(page: Any, title: str) -> None:
    """Delete an article on the Articles tab, and wait until it is gone."""
    row = page.locator(".aq-articles li").filter(has_text=title)
    row.locator(".aq-delete").click()
    row.get_by_text("Really delete?").click()
    row.wait_for(state="detached")
