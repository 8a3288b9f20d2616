"""Files that articles were read from: kept, found by their text, drawn with the quote marked."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from index import Article, Collection
from index.errors import UserError
from index.maintenance.backup import backup, restore
from index.originals import Originals
from index.sources.files import read_file
from index.sources.sandbox import sandbox
from tests.command_line import call

QUOTE = "the well-known light had gone out in the storm"


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages; the quote stands on the second one, over the end of a line."""
    fpdf = pytest.importorskip("fpdf", reason="fpdf2 makes the PDF")
    document = fpdf.FPDF()
    document.set_font("Helvetica", size=14)
    for number in (1, 2, 3):
        document.add_page()
        words = f"Of the ferry of Orm, part {number}. " + "It sank at noon. " * 9
        if number == 2:
            words = f"The light was green. {words}Captain Lea Pohl said that {QUOTE} in May."
        document.multi_cell(0, 8, words)
    path = tmp_path_factory.mktemp("pdf") / "ferry.pdf"
    document.output(str(path))
    return path


def test_a_file_belongs_to_the_text_that_was_read_from_it(tmp_path: Path, pdf: Path) -> None:
    article = Article("a/b", "Ferry", "It sank.", source="ferry.pdf")
    with Collection(tmp_path / "c", create=True) as collection:
        collection.add([article])
        assert collection.original_of(article) is None
        collection.keep_original(article, pdf)
        kept = collection.original_of(replace(article, title="Corrected"))
        assert kept is not None
        assert kept.read_bytes() == pdf.read_bytes()
        later = replace(article, text="It sank at noon.")
        assert collection.original_of(later) is None
        collection.keep_original(later, pdf)
        assert collection.original_of(article) is None
        collection.remove(["a/b"])
        assert collection.original_of(later) is None
        assert list(Originals(tmp_path / "c").folder.iterdir()) == []
    Collection(tmp_path / "c").close()  # It is still known as the folder of a collection.


def test_a_file_that_cannot_be_kept_is_one_line(tmp_path: Path) -> None:
    article = Article("a", "", "It sank.")
    with Collection(tmp_path / "c", create=True) as collection:
        collection.add([article])
        with pytest.raises(UserError, match="originals: cannot be written"):
            collection.keep_original(article, tmp_path / "missing.pdf")
        assert collection.original_of(article) is None


def test_a_backup_has_the_files(tmp_path: Path, pdf: Path) -> None:
    article = Article("a", "", "It sank.")
    with Collection(tmp_path / "c", create=True) as collection:
        collection.add([article])
        collection.keep_original(article, pdf)
    backup(tmp_path / "c", tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "elsewhere")
    with Collection(tmp_path / "elsewhere") as collection:
        kept = collection.original_of(article)
        assert kept is not None
        assert kept.read_bytes() == pdf.read_bytes()


def test_the_command_line_keeps_pdfs_if_it_is_told_to(tmp_path: Path, pdf: Path) -> None:
    place = ["--collection", str(tmp_path / "c")]
    assert call("add", str(pdf), *place).returncode == 0
    with Collection(tmp_path / "c") as collection:
        (article,) = collection.articles()
        assert collection.original_of(article) is None
        again = call("add", "--keep-pdfs", str(pdf), *place)
        assert again.returncode == 0, again
        assert collection.original_of(article) is not None


def marked_rows(png: bytes) -> tuple[list[int], list[int]]:
    """The heights and the lengths in pixels of the marked lines of a picture."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        width, height = picture.size
        pixels = picture.load()
        assert pixels is not None
        of_row = [
            sum(pixels[x, y][2] < 200 <= pixels[x, y][0] for x in range(0, width, 2))  # type: ignore[index]
            for y in range(height)
        ]
    rows = [y for y, count in enumerate(of_row) if count > 10]
    return rows, [of_row[y] * 2 for y in rows]


@pytest.mark.parametrize("start_page", [1, 2, 3])
def test_the_page_is_drawn_with_the_quote_marked(pdf: Path, start_page: int) -> None:
    content = pdf.read_bytes()
    # Hyphens and spaces of the article's text need not be those that are printed.
    image = sandbox().page_image("f.pdf", content, start_page, "the wellknown  light had\ngone out")
    assert image.pages == 3
    assert image.page == 2  # It is looked for on the pages beside the one that is named.
    rows, lengths = marked_rows(image.png)
    assert image.marked == pytest.approx(rows[0] / 1_600, abs=0.002)
    assert max(lengths) < 700  # of 1,131 pixels


def test_of_two_places_the_one_after_the_same_words_is_marked(pdf: Path) -> None:
    content = pdf.read_bytes()
    first = sandbox().page_image("f.pdf", content, 2, "light")
    second = sandbox().page_image("f.pdf", content, 2, "light", "said that the well-known ")
    assert marked_rows(first.png)[0][0] < marked_rows(second.png)[0][0]


def test_without_the_quote_the_page_is_plain(pdf: Path) -> None:
    image = sandbox().page_image("f.pdf", pdf.read_bytes(), 99, "nowhere in it")
    assert (image.page, image.marked) == (3, None)
    assert marked_rows(image.png)[0] == []


@pytest.mark.parametrize("content", [b"%PDF-nonsense", b""])
def test_what_cannot_be_drawn_is_one_line(content: bytes) -> None:
    with pytest.raises(UserError, match="cannot be drawn"):
        sandbox().page_image("f.pdf", content, 1)


def test_the_quote_of_a_read_pdf_is_found_on_its_page(pdf: Path) -> None:
    article = read_file(pdf)
    start = article.text.index(QUOTE)
    quote = article.text[start : start + len(QUOTE)]
    assert sandbox().page_image("f.pdf", pdf.read_bytes(), 2, quote).marked
