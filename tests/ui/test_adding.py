"""Adding on the page: a folder, a reload in the middle, another tab, undo, and the samples."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

TAKES_LONG = 300_000
COUNT = 40
RECEIVED = "async () => (await (await fetch('/api/jobs')).json()).jobs[0].received"


def hamlet(number: int) -> str:
    return f"The lock of Hamlet {number} was opened by Engineer Nr{number}. " * 3


@pytest.fixture
def shelf() -> str:
    """A name that no other collection has."""
    return f"Shelf {uuid4().hex[:8]}"


@pytest.fixture
def adding(page: Any, shelf: str) -> Any:
    """The Articles tab, in a collection of its own."""
    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("button", name="New collection").click()
    page.fill("#aq-new-name textarea, #aq-new-name input", shelf)
    page.click("#aq-new-create")
    page.locator("#aq-articles .aq-nothing").wait_for()
    return page


def test_a_folder_goes_in_while_the_page_is_loaded_anew(adding: Any, tmp_path: Path) -> None:
    folder = tmp_path / "hamlets"
    (folder / "deep").mkdir(parents=True)
    for number in range(COUNT):
        (folder / ("deep" if number % 2 else "") / f"h{number}.txt").write_text(hamlet(number))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".DS_Store").write_bytes(b"x")
    adding.set_input_files(".aq-folder", folder)
    # All has been sent; from here on the page is not needed.
    words = adding.locator(".aq-job-words").first
    words.get_by_text(re.compile(rf"\d+ of {COUNT + 1}")).wait_for()
    while adding.evaluate(RECEIVED) < COUNT + 1:
        adding.wait_for_timeout(200)
    # As long as it sends, the page asks before it is left.
    adding.wait_for_function("document.querySelector('.aq-sending').textContent === ''")
    adding.reload()
    adding.get_by_role("tab", name="Articles").click()
    second_page = adding.context.new_page()
    second_page.goto(adding.url)
    second_page.get_by_role("tab", name="Articles").click()
    for tab in (adding, second_page):
        done = tab.locator(".aq-job-words", has_text=f"Added {COUNT + 1} of {COUNT + 1}").first
        done.wait_for(timeout=TAKES_LONG)
        tab.get_by_text("1 of the files were skipped").first.click()
        row = tab.locator(".aq-job .aq-failed").first
        assert "hamlets/picture.png" in row.inner_text()
        assert "not read" in row.inner_text()
    second_page.close()


def test_articles_are_found_selected_deleted_and_brought_back(adding: Any) -> None:
    files = [
        {"name": f"h{number}.txt", "mimeType": "text/plain", "buffer": hamlet(number).encode()}
        for number in range(3)
    ]
    adding.set_input_files(".aq-files", files)
    adding.locator(".aq-job-words", has_text="Added 3 of 3").wait_for(timeout=TAKES_LONG)
    rows = adding.locator(".aq-articles li")
    adding.locator(".aq-count").get_by_text("3 articles", exact=True).wait_for()
    rows.first.get_by_text("Edit").click()
    rows.first.locator(".aq-edit-title").fill("Zebra")
    rows.first.locator(".aq-edit-date").fill("2019-05-03")
    rows.first.get_by_role("button", name="Save").click()
    adding.locator(".aq-told", has_text="Saved: Zebra").wait_for()
    adding.locator(".aq-articles time", has_text="2019-05-03").wait_for()
    adding.get_by_label("texts", exact=True).check()
    adding.fill("#aq-find textarea, #aq-find input", "Who opened the lock of Hamlet 2?")
    adding.locator(".aq-snippet", has_text="Hamlet 2").first.wait_for()
    assert "Hamlet 2" in adding.locator(".aq-snippet").first.inner_text()
    adding.fill("#aq-find textarea, #aq-find input", "")
    adding.locator(".aq-count").get_by_text("3 articles", exact=True).wait_for()
    adding.locator(".aq-all").check()
    adding.get_by_role("button", name="Delete 3 selected").click()
    adding.get_by_text("Really delete?").click()
    adding.locator(".aq-nothing").wait_for()
    adding.get_by_role("button", name="Undo").click()
    adding.locator(".aq-count").get_by_text("3 articles", exact=True).wait_for(timeout=TAKES_LONG)
    adding.locator(".aq-articles time", has_text="2019-05-03").wait_for()


def test_the_samples_are_offered_for_removal_beside_own_articles(
    chromium: Any, tmp_path: Path, start_server: Any
) -> None:
    server = start_server(tmp_path)
    page = chromium.new_page()
    page.goto(server.url)
    page.get_by_role("tab", name="Articles").click()
    page.locator(".aq-articles li").nth(1).wait_for()
    assert page.get_by_text("Remove the samples").count() == 0
    own = {"name": "own.txt", "mimeType": "text/plain", "buffer": hamlet(1).encode()}
    page.set_input_files(".aq-files", own)
    page.get_by_role("button", name="Remove the samples").click(timeout=TAKES_LONG)
    page.locator(".aq-count").get_by_text("1 article", exact=True).wait_for()
    page.close()


def test_a_collection_is_renamed_and_deleted(adding: Any, shelf: str) -> None:
    adding.get_by_role("button", name="Rename or delete this one").click()
    adding.fill("#aq-this-new textarea, #aq-this-new input", f"Rack {shelf}")
    adding.click("#aq-this-rename")
    adding.locator("#aq-report", has_text="is called now").wait_for()
    adding.click("#aq-this-delete")
    adding.locator("#aq-report", has_text="type Rack").wait_for()
    adding.fill("#aq-this-sure textarea, #aq-this-sure input", f"Rack {shelf}")
    adding.click("#aq-this-delete")
    adding.locator("#aq-report .aq-done", has_text="deleted").wait_for()
    adding.locator(".aq-articles li").first.wait_for()
