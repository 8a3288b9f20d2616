"""Nothing that a person did on the page is lost, and what is shown can be passed on."""

import json
import urllib.request
from collections.abc import Callable
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

FIRST, SECOND = "Who is Kim Yong-chol?", "Who is Mike Pompeo?"


def settled(page: Any, count: int) -> None:
    page.locator(".aq-turn .aq-answer").nth(count - 1).wait_for(timeout=TAKES_LONG)
    page.locator(".aq-status").wait_for(state="detached")


def test_enter_in_an_empty_field_does_nothing(page: Any) -> None:
    ask(page, FIRST)
    evidence_of(page, FIRST)
    for nothing in ("", "   "):
        page.fill("#aq-field", nothing)
        page.press("#aq-field", "Enter")
        page.click("#aq-ask")
    page.wait_for_timeout(300)
    assert page.locator(".aq-turn").count() == 1
    assert page.locator(".aq-card").count() >= 1


def test_what_is_typed_and_asked_meanwhile_is_kept(page: Any) -> None:
    questions = [FIRST, SECOND, "When was the Singapore summit?"]
    for question in questions:
        page.locator("#aq-field").press_sequentially(question)
        page.press("#aq-field", "Enter")
    page.locator("#aq-field").press_sequentially("half a thought")
    settled(page, 3)
    assert page.locator(".aq-question").all_inner_texts() == questions
    assert page.input_value("#aq-field") == "half a thought"
    evidence_of(page, questions[-1])


def test_evidence_and_rating_stay_with_the_question_that_was_chosen(page: Any) -> None:
    first, _ = ask(page, FIRST), ask(page, SECOND)
    evidence_of(page, SECOND)
    first.locator(".aq-show").click()
    evidence_of(page, FIRST)
    assert page.locator(".aq-selected .aq-question").inner_text() == FIRST
    page.evaluate("document.querySelector('#aq-talk').scrollTop = 0")
    first.get_by_role("button", name="Bad answer").click()
    first.locator("[aria-pressed=true]").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('#aq-talk').scrollTop") == 0
    evidence_of(page, FIRST)


def test_evidence_that_was_asked_for_earlier_does_not_replace_what_came_since(page: Any) -> None:
    late: list[Any] = []
    page.route("**/evidence/*", lambda route: route.continue_() if late else late.append(route))
    question = "Where did Kim Yong-chol arrive on Friday?"
    ask(page, question)
    evidence_of(page, question)
    with page.expect_response("**/evidence/*"):
        late[0].fulfill(json={"html": "<p>Of before the answer.</p>"})
    page.wait_for_timeout(300)
    assert page.locator(".aq-card").count() >= 1
    page.unroute_all()


def test_the_other_tab_recovers_too_and_takes_nothing_away(
    chromium: Any, start_server: Callable[..., Any], tmp_path: Path, furnish: Any
) -> None:
    furnish(tmp_path)
    server = start_server(tmp_path)
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(TAKES_LONG)
    page.goto(server.url)
    page.locator("#aq-ask:enabled").wait_for()
    server.process.kill()
    server.process.wait()
    page.fill("#aq-field", FIRST)
    page.press("#aq-field", "Enter")
    page.locator(".aq-unsent").wait_for()
    page.fill("#aq-field", "half a thought")
    page.get_by_role("tab", name="Articles").click()
    page.fill("#aq-find textarea, #aq-find input", "Kim")
    page.get_by_text("Connection to the server was lost").wait_for()
    # Gradio loads the page anew once the server is there again.
    with page.expect_event("load"):
        start_server(tmp_path, "--port", server.url.rpartition(":")[2])
    settled(page, 1)
    assert page.locator(".aq-question").all_inner_texts() == [FIRST]
    assert page.input_value("#aq-field") == "half a thought"
    page.get_by_role("tab", name="Articles").click()
    page.fill("#aq-find textarea, #aq-find input", "nothing of this name")
    page.locator("#aq-articles .aq-nothing").wait_for()
    context.close()


def test_reload_back_and_a_restart_keep_the_conversation(
    chromium: Any, start_server: Callable[..., Any], tmp_path: Path, furnish: Any
) -> None:
    furnish(tmp_path)
    server = start_server(tmp_path)
    port = server.url.rpartition(":")[2]
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(TAKES_LONG)
    page.goto(server.url)
    page.locator("#aq-start .aq-lead").wait_for()
    said = [answer_of(ask(page, question)) for question in (FIRST, SECOND)]
    address = page.url
    assert "/c/" in address
    # Back closes an article first.
    page.locator(".aq-card blockquote").first.click()
    page.locator("dialog[open] mark").wait_for()
    place = page.url
    page.go_back()
    page.locator("dialog[open]").wait_for(state="detached")
    assert page.url == address
    page.click("#aq-fresh")
    page.locator("#aq-start .aq-lead").wait_for()
    page.go_back()
    settled(page, 2)
    server.process.kill()
    server.process.wait()
    page.locator("#aq-away").get_by_text("does not answer").wait_for()
    page.fill("#aq-field", "When was the Singapore summit?")
    page.press("#aq-field", "Enter")
    page.locator(".aq-unsent").wait_for()
    start_server(tmp_path, "--port", port)
    settled(page, 3)
    page.locator("#aq-away").wait_for(state="detached")
    page.reload()
    settled(page, 3)
    assert page.url == address
    assert page.locator(".aq-answer bdi").all_inner_texts()[:2] == said
    # Another device, and a link to the place in the article.
    second_page = chromium.new_context().new_page()
    second_page.set_default_timeout(TAKES_LONG)
    second_page.goto(place)
    mark = second_page.locator("dialog[open] mark")
    mark.wait_for()
    second_page.wait_for_function(INSIDE_VIEWPORT, arg=mark.element_handle())
    second_page.keyboard.press("Escape")
    second_page.locator("dialog[open]").wait_for(state="detached")
    assert "article=" not in second_page.url
    second_page.context.close()
    context.close()


def test_an_address_asks_with_its_filters(page: Any, server: Any) -> None:
    page.goto(f"{server.url}/?q=Who+is+Mike+Pompeo%3F&collection=main&since=2019")
    settled(page, 1)
    assert page.locator(".aq-question").inner_text() == SECOND
    assert "since 2019-01-01" in page.locator(".aq-turn .aq-filters").inner_text()
    address = page.url
    assert "/c/" in address
    page.reload()
    settled(page, 1)
    assert page.locator(".aq-turn").count() == 1
    assert page.locator(".aq-chips").inner_text().startswith("from 2019-01-01")
    page.locator(".aq-chips button").click()


def test_conversations_are_found_named_and_deleted(page: Any) -> None:
    ask(page, "Who is Sarah Huckabee Sanders?")
    page.locator(".aq-talk-link[aria-current]").wait_for()
    page.locator("#aq-side").get_by_role("button", name="Rename").click()
    page.keyboard.type("The spokeswoman")
    page.keyboard.press("Enter")
    link = page.locator(".aq-talk-link").filter(has_text="The spokeswoman")
    link.wait_for()
    page.click("#aq-fresh")
    page.fill("#aq-side-find input", "spokeswoman sanders")
    page.locator("#aq-side-list li").nth(1).wait_for(state="detached")
    link.click()
    settled(page, 1)
    with page.expect_download() as download:
        page.locator("#aq-side").get_by_role("link", name="Markdown").click()
    assert "# The spokeswoman" in Path(download.value.path()).read_text()
    page.locator("#aq-side").get_by_role("button", name="Delete").click()
    page.locator("#aq-side").get_by_text("Really delete?").click()
    page.locator("#aq-start .aq-lead").wait_for()
    link.wait_for(state="detached")
    assert "/c/" not in page.url


def test_numbers_lead_to_evidence_that_can_be_passed_on(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, "When was the Singapore summit?")
    turn.get_by_role("link", name="Evidence 2").click()
    page.wait_for_function("document.activeElement.id === 'aq-cite-2'")
    card = page.locator("#aq-cite-2")
    quote = card.locator("mark").first.inner_text()
    card.get_by_role("button", name="Copy with source").click()
    card.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{quote}”\n")
    link = copied.splitlines()[-1]
    assert "article=" in link
    turn.get_by_role("button", name="Link", exact=True).click()
    turn.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{page.url}#turn-1"
    page.goto(link)
    assert page.locator("dialog[open] mark").inner_text() == quote


def test_copying_works_where_the_clipboard_is_not_allowed(chromium: Any, server: Any) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(TAKES_LONG)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(server.url)
    page.locator("#aq-ask:enabled").wait_for()
    turn = ask(page, FIRST)
    page.evaluate(
        "document.addEventListener('copy', () => { window.copied = String(getSelection()) })"
    )
    turn.get_by_role("button", name="Copy", exact=True).click()
    turn.get_by_text("Copied").wait_for()
    assert page.evaluate("window.copied") == answer_of(turn)
    page.close()


def test_filters_are_chips_that_say_what_they_hide(page: Any) -> None:
    page.get_by_role("button", name="Only some articles").click()
    page.locator(".aq-sources button").first.click()
    page.locator(".aq-passing").get_by_text("1 of").wait_for()
    page.reload()
    page.locator(".aq-passing").get_by_text("1 of").wait_for()
    page.get_by_role("button", name="Only some articles").click()
    page.fill("#aq-since", "last year")
    page.press("#aq-since", "Enter")
    page.locator(".aq-none-pass").get_by_text("0 of").wait_for()
    turn = ask(page, FIRST)
    assert "No article passes the filters." in answer_of(turn)
    turn.get_by_role("button", name="Ask all articles").click()
    page.locator(".aq-chips").wait_for(state="detached")
    assert answer_of(ask(page, FIRST)) != "No article passes the filters."


def test_the_theme_is_kept(page: Any) -> None:
    page.locator(".aq-theme").click()
    assert page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.locator("#aq-start .aq-lead").wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("document.body.classList.contains('dark')")
    page.locator(".aq-theme").click()
    assert not page.evaluate("document.body.classList.contains('dark')")


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (720, 450), (1366, 640)])
def test_nothing_is_clipped_on_small_screens(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    turn = ask(page, "When was the Singapore summit?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#aq-ask", "#aq-filter", "#aq-field"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    if width > 900:
        assert turn.bounding_box()["height"] > 0
        assert page.locator("#aq-talk").bounding_box()["height"] >= 200
        assert page.evaluate("document.documentElement.scrollHeight") <= height + 1
    if width < 1180:
        page.click("#aq-side-open")
        page.locator("#aq-side .aq-talk-link").first.wait_for()
        assert page.locator("#aq-side").bounding_box()["width"] <= width
        page.keyboard.press("Escape")
        page.locator("#aq-side").wait_for(state="hidden")


def test_answers_of_different_times_are_a_time_line(page: Any) -> None:
    add_text(page, "Mayor 1998", "The mayor of Quillport is Ines Falk.", "1998-02-03")
    add_text(page, "Mayor 2016", "The mayor of Quillport is Otto Brandis.", "2016-02-03")
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who is the mayor of Quillport?")
    line = page.locator(".aq-timeline li")
    line.nth(1).wait_for()
    assert ["1998" in line.nth(0).inner_text(), "2016" in line.nth(1).inner_text()] == [True, True]
    line.nth(0).locator("a").click()
    page.wait_for_function("document.activeElement.closest('.aq-card') !== null")
    assert "Falk" in page.evaluate("document.activeElement.textContent")
    page.get_by_role("tab", name="Articles").click()
    remove_article(page, "Mayor 1998")
    remove_article(page, "Mayor 2016")


def test_the_login_leads_back_and_can_be_left(
    chromium: Any, start_server: Callable[..., Any], tmp_path: Path, furnish: Any
) -> None:
    furnish(tmp_path)
    server = start_server(tmp_path, "--api-key", "tulip")
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(TAKES_LONG)
    page.goto(f"{server.url}/?q=Who+is+Mike+Pompeo%3F")
    page.fill("input[name=key]", "tulip")
    page.get_by_role("button", name="Log in").click()
    settled(page, 1)
    address = page.url
    page.get_by_role("button", name="Log out").click()
    page.locator("input[name=key]").wait_for()
    page.goto(address)
    page.fill("input[name=key]", "tulip")
    page.get_by_role("button", name="Log in").click()
    settled(page, 1)
    assert page.url == address
    request = urllib.request.Request(
        f"{server.url}/api/conversations", headers={"x-api-key": "tulip"}
    )
    with urllib.request.urlopen(request) as reply:
        assert json.load(reply)["total"] == 1
    context.close()
