"""Pages in the encodings that they, or their servers, state rightly and wrongly."""

import codecs

import pytest

from index.errors import UserError
from index.sources import encodings
from index.sources.files import read_file


def decode_html(content, name, charset):
    return encodings.decode_html(content, name, charset, pytest.fail)


QUOTED = "<p>He said “don’t go” – for 5 € – and left.</p>"


def labelled(label: str, body: str = QUOTED) -> str:
    return f'<html><head><meta charset="{label}"></head><body>{body}</body></html>'


@pytest.mark.parametrize("label", ["iso-8859-1", "latin1", "us-ascii", "ISO_8859-1", "cp1252"])
def test_latin_1_is_what_windows_writes(label):
    page = labelled(label)
    assert decode_html(page.encode("cp1252"), "a", None) == page
    unlabelled = QUOTED.encode("cp1252")
    assert decode_html(unlabelled, "a", label) == QUOTED


def test_the_words_of_a_page_arrive(tmp_path):
    path = tmp_path / "a.html"
    path.write_bytes(labelled("iso-8859-1", QUOTED * 20).encode("cp1252"))
    assert "He said “don’t go” – for 5 € – and left." in read_file(path).text


def test_every_byte_of_latin_1_is_read():
    page = bytes(range(1, 256))
    text = decode_html(page, "a", "iso-8859-1")
    assert len(text) == 255
    assert "\ufffd" not in text
    assert [character for character in text if "\x80" <= character < "\xa0"] == list(
        "\x81\x8d\x8f\x90\x9d"
    )
    text.encode()


@pytest.mark.parametrize(
    ("label", "codec", "words"),
    [
        ("gb2312", "gbk", "朱镕基"),
        ("gbk", "gb18030", "㐀"),
        ("shift_jis", "cp932", "①髙"),
        ("euc-kr", "cp949", "똠방"),
        ("iso-8859-9", "cp1254", "“İzmir”"),
        ("big5", "big5hkscs", "㗎"),
        ("iso-8859-2", "iso-8859-2", "Łódź"),
        ("koi8-r", "koi8-r", "Москва"),
    ],
)
def test_labels_mean_the_larger_set(label, codec, words):
    page = labelled(label, words)
    assert decode_html(page.encode(codec), "a", None) == page
    assert decode_html(words.encode(codec), "a", label) == words


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "UTF-32", "utf-7", "cp037"])
def test_a_label_that_can_be_read_names_no_wide_encoding(label):
    page = labelled(label, QUOTED + "1+AGE-2")
    assert decode_html(page.encode(), "a", None) == page


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_server_may_state_a_wide_encoding(codec):
    assert decode_html(QUOTED.encode(codec), "a", codec) == QUOTED


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("label", [None, "iso-8859-1", "utf-8"])
def test_a_mark_goes_before_every_label(mark, codec, label):
    page = labelled("iso-8859-1")
    assert decode_html(mark + page.encode(codec), "a", label) == page


@pytest.mark.parametrize(
    "label",
    [
        "hex",
        "rot13",
        "idna",
        "punycode",
        "undefined",
        "base64",
        "zlib",
        "unicode_escape",
        "hz",
        "utf-8-sig",
        "nothing",
        "x" * 40,
        "aliases",
        "mbcs",
    ],
)
def test_a_label_that_browsers_do_not_know_is_none(label):
    page = labelled(label, QUOTED + "\\u0041 1+AGE-2 ~{4}")
    assert decode_html(page.encode(), "a", label) == page
    assert decode_html(page.encode(), "a", "a\0b") == page


def test_a_server_that_states_utf_8_is_believed_if_it_can_be():
    page = labelled("iso-8859-1")
    assert decode_html(page.encode(), "a", "utf-8") == page
    assert decode_html(page.encode("cp1252"), "a", "utf-8") == page


def test_a_stray_zero_byte_is_replaced_and_told(tmp_path):
    sailed = "The ferry of Zoë sails at nine and is back before the church bells. "
    for content in (sailed * 20 + "\0" + sailed, sailed * 200 + "\0"):
        path = tmp_path / "a.txt"
        path.write_text(content)
        told = []
        text = encodings.decode_text(path.read_bytes(), "a.txt", told.append)
        assert text == content.replace("\0", "\N{REPLACEMENT CHARACTER}")
        assert told == ["a.txt: one zero byte replaced by \N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize(
    "content", [bytes(range(256)), b"GIF89a\0\1\0\1\0\xf7", b"ab\0\1\0\2c" * 9]
)
def test_what_is_full_of_zero_bytes_is_no_text(content):
    with pytest.raises(UserError, match="binary"):
        encodings.decode_text(content, "a.txt", pytest.fail)
