"""Questions that are asked while articles change: each sees one version of each article."""

import random
import threading
import time

import pytest

from index import Article, Collection
from qa.pipeline import Answerer

PADS = (
    "",
    "Prices rose slightly on Tuesday after a calm week. " * 3,
    "The weather was mild and the harbour was calm. " * 5,
    "A short note. ",
)
SECONDS = 4.0


def letter(version):
    text = f"{PADS[version % 4]}The letter was delivered by Kim Yong-chol on Friday. "
    return Article("letter", "Letter", f"{text}{PADS[(version + 1) % 4]}Everyone went home.")


def filler(number):
    return Article(f"x{number}", "", f"Filler number {number} is about boats, nets and harbours.")


@pytest.mark.parametrize("removing", [False, True])
def test_each_quote_is_cut_from_the_text_that_was_read(tmp_path, removing):
    versions = {letter(version).text for version in range(4)}
    stop = threading.Event()
    problems = []

    with Collection(tmp_path / "c", create=True) as collection:
        collection.add([letter(0), *map(filler, range(5))])
        answerer = Answerer(collection, "small")
        answerer.ask("Who delivered the letter?")

        def change():
            chance, version = random.Random(1), 0
            while not stop.is_set():
                version += 1
                if removing and chance.random() < 0.5:
                    collection.remove(["letter"])
                collection.add([letter(version)])

        def ask():
            while not stop.is_set():
                try:
                    answer = answerer.ask("Who delivered the letter?")
                except Exception as error:  # noqa: BLE001 - any error is what the test looks for
                    problems.append(repr(error))
                    continue
                for said in (answer, *answer.alternatives):
                    for cited in said.citations:
                        start = cited.start - cited.passage_start
                        if cited.passage[start : start + len(cited.quote)] != cited.quote:
                            problems.append(f"not in its passage: {cited.quote!r}")
                        whole = [
                            text
                            for text in versions
                            if text[cited.start : cited.end] == cited.quote
                            and text[cited.passage_start : cited.passage_end] == cited.passage
                        ]
                        if cited.article_id == "letter" and not whole:
                            problems.append(f"of no version: {cited.quote!r}")
                if answer.text is not None and "Kim" not in answer.text:
                    problems.append(f"a slice: {answer.text!r}")

        threads = [threading.Thread(target=change), *(threading.Thread(target=ask) for _ in "ab")]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []
