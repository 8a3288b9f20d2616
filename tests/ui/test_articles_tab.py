"""The Articles tab in a real browser: what is added, asked alone, and deleted."""

from typing import Any

import pytest

from tests.ui.browser import (
    INSIDE_VIEWPORT,
    TAKES_LONG,
    add_text,
    answer_of,
    ask,
    remove_article,
    titles_of_evidence,
)


def test_an_uploaded_pdf_answers_until_it_is_deleted(page: Any) -> None:
    fpdf = pytest.importorskip("fpdf", reason="fpdf2 makes the PDF")
    document = fpdf.FPDF()
    document.set_title("Notes on Varnholm")
    document.add_page()
    document.set_font("Helvetica", size=12)
    document.multi_cell(
        0,
        8,
        "The lighthouse of Varnholm was built in 1874 by the engineer Greta Solberg, "
        "who also drew the plans of the harbour.",
    )
    content = bytes(document.output())
    page.get_by_role("tab", name="Articles").click()
    pdf = {"name": "varnholm.pdf", "mimeType": "application/pdf", "buffer": content}
    broken = {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"no pdf at all"}
    page.set_input_files(".aq-files", [pdf, broken])
    page.locator(".aq-job .aq-done").wait_for(timeout=TAKES_LONG)
    assert "not a PDF" in page.locator(".aq-job .aq-failed").inner_text()
    page.get_by_role("tab", name="Ask").click()
    assert "Solberg" in answer_of(ask(page, "Who built the lighthouse of Varnholm?"))
    assert "Notes on Varnholm" in titles_of_evidence(page, "Who built the lighthouse of Varnholm?")
    assert "varnholm.pdf" in page.locator(".aq-card .aq-meta").first.inner_text()
    page.get_by_role("tab", name="Articles").click()
    page.fill("#aq-find textarea, #aq-find input", "varnholm")
    page.locator(".aq-count").get_by_text("1 article", exact=True).wait_for()
    page.locator(".aq-delete").click()
    page.get_by_text("Really delete?").click()
    page.locator(".aq-nothing").wait_for()
    page.get_by_role("tab", name="Ask").click()
    assert "Solberg" not in answer_of(ask(page, "Who built the lighthouse of Varnholm?"))


def test_the_printed_page_is_beside_the_text_of_a_kept_pdf(page: Any) -> None:
    fpdf = pytest.importorskip("fpdf", reason="fpdf2 makes the PDF")
    document = fpdf.FPDF()
    document.set_title("Tramways of Ostvik")
    document.set_font("Helvetica", size=12)
    for words in (
        "The tramways of Ostvik were planned for eleven years before a rail was laid.",
        "The first tram of Ostvik was driven by Hedda Lund on a morning in June.",
        "The last one ran in the year of the great flood.",
    ):
        document.add_page()
        document.multi_cell(0, 8, words)
    page.get_by_role("tab", name="Articles").click()
    page.get_by_label("Keep PDF files").check()
    pdf = {"mimeType": "application/pdf", "buffer": bytes(document.output())}
    page.set_input_files(".aq-files", [{"name": "trams.pdf", **pdf}])
    page.locator(".aq-job .aq-done").filter(has_text="trams.pdf").wait_for(timeout=TAKES_LONG)
    page.get_by_role("tab", name="Ask").click()
    assert "Hedda Lund" in answer_of(ask(page, "Who drove the first tram of Ostvik?"))
    titles_of_evidence(page, "Who drove the first tram of Ostvik?")
    page.locator(".aq-card").first.click()
    show = page.get_by_role("button", name="Show the page")
    assert show.get_attribute("aria-expanded") == "false"
    show.click()
    picture = page.locator("#aq-printed img")
    page.get_by_text("Page 2 of 3").wait_for()
    assert picture.get_attribute("alt") == "Page 2"
    assert picture.evaluate("(shown) => shown.naturalHeight") == 1600
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("Page 3 of 3").wait_for()
    assert page.get_by_role("button", name="Next page").is_disabled()
    page.get_by_role("button", name="Previous page").click()
    page.get_by_text("Page 2 of 3").wait_for()
    page.get_by_role("button", name="Hide the page").click()
    picture.wait_for(state="hidden")
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.get_by_role("tab", name="Articles").click()
    remove_article(page, "Tramways of Ostvik")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("1 article brought back.").wait_for()
    row = page.locator(".aq-articles li").filter(has_text="Tramways of Ostvik")
    row.get_by_role("button", name="Read").click()
    page.get_by_role("button", name="Show the page").wait_for()
    page.keyboard.press("Escape")
    remove_article(page, "Tramways of Ostvik")


AT_ONCE = """() => {
    document.querySelector('[aria-controls=aq-paste]').click();
    for (const [name, value] of [['title', 'Sluice'], ['text', 'The sluice is 9 m wide.']]) {
        const field = document.querySelector(`#aq-paste-${name} textarea, #aq-paste-${name} input`);
        field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true }));
    }
}"""


def test_what_is_typed_in_the_moment_in_which_a_part_opens_is_kept(page: Any) -> None:
    page.get_by_role("tab", name="Articles").click()
    page.locator(".aq-count").wait_for()
    page.evaluate(AT_ONCE)
    page.click("#aq-paste-add")
    page.locator("#aq-report .aq-done").filter(has_text="Sluice").wait_for(timeout=TAKES_LONG)
    remove_article(page, "Sluice")


@pytest.mark.parametrize("width", [1440, 390])
def test_an_article_can_be_asked_alone(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    question = "What is the toll of the Vessen ferry?"
    for crowns in ("3", "8"):
        add_text(page, f"Ferry {crowns}", f"The toll of the Vessen ferry is {crowns} crowns.")
    for crowns in ("3", "8"):
        page.get_by_role("tab", name="Articles").click()
        row = page.locator(".aq-articles li").filter(has_text=f"Ferry {crowns}")
        row.get_by_role("button", name="Read").click()
        page.get_by_role("button", name="Ask only this article").click()
        page.locator("#aq-chosen").get_by_text(f"only “Ferry {crowns}”").wait_for()
        page.locator("dialog[open]").wait_for(state="detached")
        page.wait_for_function("document.activeElement.closest('#aq-question') !== null")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".aq-chips li").bounding_box()["width"] < width
        turn = ask(page, question)
        assert crowns in answer_of(turn)
        assert f"Ferry {crowns}" in turn.locator(".aq-filters").inner_text()
        assert titles_of_evidence(page, question) == {f"Ferry {crowns}"}
    page.get_by_role("button", name="Remove: only “Ferry 8”").click()
    page.locator(".aq-chips").wait_for(state="detached")
    turn = ask(page, question)
    assert turn.locator(".aq-filters").count() == 0
    assert {"Ferry 3", "Ferry 8"} <= titles_of_evidence(page, question)
    page.get_by_role("tab", name="Articles").click()
    remove_article(page, "Ferry 3")
    remove_article(page, "Ferry 8")


def test_a_new_collection_is_empty_and_apart(page: Any) -> None:
    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("button", name="New collection").click()
    page.fill("#aq-new-name textarea, #aq-new-name input", "Second shelf")
    page.click("#aq-new-create")
    page.locator("#aq-report").get_by_text("created").wait_for()
    page.locator(".aq-nothing").wait_for()
    add_text(page, "Only here", "The Kestrel cup was won by the town of Ilmen.")
    page.get_by_role("tab", name="Ask").click()
    assert "Ilmen" in answer_of(ask(page, "Who won the Kestrel cup?"))
    page.reload()
    page.locator(".aq-turn .aq-answer").wait_for()
    chosen = "document.querySelector('#aq-collection input').value === 'Second shelf'"
    page.wait_for_function(chosen)
    page.locator("#aq-collection input").click()
    page.get_by_role("option", name="main").click()
    page.locator("#aq-start .aq-lead").wait_for()
    assert "Ilmen" not in answer_of(ask(page, "Who won the Kestrel cup?"))


def test_an_article_has_room_on_a_phone(chromium: Any, server: Any) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(server.url)
    page.locator("#aq-ask:enabled").wait_for()
    ask(page, "Who is Kim Yong-chol?")
    page.locator(".aq-open").first.click()
    text = page.locator(".aq-article-text")
    text.wait_for()
    inside = "(text) => text.clientWidth - 2 * parseFloat(getComputedStyle(text).paddingLeft)"
    assert text.evaluate(inside) >= 270
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # Whoever is only asking sees where, without scrolling.
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(INSIDE_VIEWPORT, arg=page.locator("#aq-ask").element_handle())
    context.close()
