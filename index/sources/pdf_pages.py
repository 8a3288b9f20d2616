"""Pages of a PDF as pictures, with the words of a quote marked. Runs in a worker process."""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from index.errors import UserError

MAX_PIXELS = 1_600
"""The longer side of a picture, in pixels: enough to read small print on a wide screen."""

_NEAR = (0, 1, -1)
"""Where a quote is looked for, from the page on that was asked for: a sentence that runs over the
end of a page counts to the next one as soon as it has begun there."""

_MARK = (255, 233, 120)
_ROOM = 0.15
"""How far a mark reaches beyond the characters, as a share of their height."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points; the origin of a page is its lower left corner."""


class PageImage(NamedTuple):
    """A page of a PDF as a picture.

    Attributes:
        png: The picture.
        page: The number of the page, from 1.
        pages: How many pages the document has.
        marked: Where the quote begins, as a share of the height of the picture from its top; None
            if it is not on the page.
    """

    png: bytes
    page: int
    pages: int
    marked: float | None


def page_image(content: bytes, number: int, quote: str = "", before: str = "") -> PageImage:
    """Draw a page, and mark a quote on it.

    Args:
        content: The PDF.
        number: The number of the page, from 1; beyond the document, its first or last page.
        quote: Words that stand on that page or on one beside it, which is then drawn. Spaces and
            hyphens may differ from those that are printed.
        before: The words before the quote, which tell it from the same words elsewhere.

    Raises:
        UserError: If the page cannot be drawn.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as pdf:
            wanted = min(max(1, number), len(pdf))
            boxes: list[Box] = []
            if _compact(quote):
                near = (wanted + step for step in _NEAR if 1 <= wanted + step <= len(pdf))
                for page_number in near:
                    if boxes := _boxes(pdf[page_number - 1], quote, before):
                        wanted = page_number
                        break
            png, marked = _drawn(pdf[wanted - 1], boxes)
            return PageImage(png, wanted, len(pdf), marked)
    except pypdfium2.PdfiumError as error:
        raise UserError(f"this page cannot be drawn ({error})") from None


def _drawn(page: Any, boxes: Sequence[Box]) -> tuple[bytes, float | None]:  # noqa: ANN401
    """The picture of a page, and where its marks begin."""
    from PIL import Image, ImageChops, ImageDraw

    width, height = page.get_size()
    scale = MAX_PIXELS / max(width, height, 1)
    picture = page.render(scale=scale, draw_annots=True).to_pil().convert("RGB")
    marks = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(marks)
    tops = []
    for left, bottom, right, top in boxes:
        room = _ROOM * (top - bottom)
        # Rotation and crop are taken into account here.
        (x0, y0), (x1, y1) = (
            _pixel(page, picture.size, x, y)
            for x, y in ((left - room, top + room), (right + room, bottom - room))
        )
        tops.append(min(y0, y1) / picture.height)
        pen.rectangle((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), fill=_MARK)
    file = io.BytesIO()
    ImageChops.multiply(picture, marks).save(file, "PNG")
    return file.getvalue(), min(tops, default=None)


def _pixel(page: Any, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:  # noqa: ANN401
    """The pixel at which a point of a page is drawn."""
    import ctypes

    from pypdfium2.raw import FPDF_PageToDevice

    across, down = ctypes.c_int(), ctypes.c_int()
    FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value


def _boxes(page: Any, quote: str, before: str) -> list[Box]:  # noqa: ANN401
    """The lines of a quote on a page; none if it does not stand there."""
    textpage = page.get_textpage()
    try:
        printed = [
            (character, place)
            for place in range(textpage.count_chars())
            for character in _compact(textpage.get_text_range(place, 1))
        ]
        words = _compact(quote)
        text = "".join(character for character, _ in printed)
        ahead = _compact(before)
        start = text.find(ahead + words)
        start = text.find(words) if start < 0 else start + len(ahead)
        if start < 0:
            return []
        places = [place for _, place in printed[start : start + len(words)]]
        return list(_lines([textpage.get_charbox(place, loose=True) for place in places]))
    finally:
        textpage.close()


def _compact(text: str) -> str:
    """The letters, digits and signs of a text, without spaces, hyphens and what is not printed."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        character
        for character in normal
        if character != "\ufffe"
        and unicodedata.category(character)[0] not in "ZC"
        and unicodedata.category(character) != "Pd"
    )


def _lines(characters: Sequence[Box]) -> Iterator[Box]:
    """One box for the characters that stand beside each other."""
    if not characters:
        return
    line = characters[0]
    for before, after in pairwise(characters):
        middle = (after[1] + after[3]) / 2
        if before[1] <= middle <= before[3] and after[0] >= before[0]:
            line = (
                min(line[0], after[0]),
                min(line[1], after[1]),
                max(line[2], after[2]),
                max(line[3], after[3]),
            )
        else:
            yield line
            line = after
    yield line
