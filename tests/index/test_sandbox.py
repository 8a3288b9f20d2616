"""Documents that cost far more than their size: each is refused, and the rest goes in."""

import io
import os
import sys
import threading
import zipfile
from contextlib import closing

import pytest

from index.errors import UserError
from index.sources.archives import unpacked_size
from index.sources.files import read_articles
from index.sources.inputs import Input
from index.sources.sandbox import MAX_WORKERS, Limits, Sandbox

ATTRIBUTES = "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">The harbour opened.</p>"
PAGE = "<html><body><article><p>The harbour opened in May.</p></article></body></html>"
SHORT = Limits(cpu_seconds=1, cpu_seconds_per_mb=0, wall_factor=10)

posix = pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")


def document(content, name="page.html"):
    content = content.encode() if isinstance(content, str) else content
    kind = f".{name.rpartition('.')[2]}"
    return Input(name, f"/in/{name}", kind, len(content), lambda: io.BytesIO(content))


def texts(sandbox, content, name="page.html"):
    return [article.text for article in sandbox.read(document(content, name), pytest.fail)]


def pids(sandbox):
    return [worker._process.pid for worker in sandbox._idle]


def test_one_worker_reads_file_after_file():
    with closing(Sandbox()) as sandbox:
        assert texts(sandbox, PAGE) == ["The harbour opened in May."]
        first = pids(sandbox)
        (article,) = sandbox.read(
            document("---\ndate: 2020-03-04\n---\n# Ö\n\nText.", "a.md"), print
        )
        assert pids(sandbox) == first
        assert (article.title, article.text) == ("Ö", "Ö\n\nText.")
        assert (str(article.published), article.source) == ("2020-03-04", "/in/a.md")


def test_a_worker_of_a_large_process_is_not_large_itself():
    held = b"x" * 700_000_000
    with closing(Sandbox()) as sandbox:
        assert texts(sandbox, PAGE)
        assert len(pids(sandbox)) == 1
    assert len(held) == 700_000_000


def packed(member, content):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(member, content)
    return archive.getvalue()


def test_the_time_of_a_packed_document_goes_by_what_it_unpacks_to():
    limits = Limits(cpu_seconds=10, cpu_seconds_per_mb=20, cpu_seconds_per_unpacked_mb=5)
    text = packed("word/document.xml", b"<w:t>so much text</w:t>" * 400_000)
    assert unpacked_size(text) == 9_200_000
    assert len(text) < 100_000
    assert limits.seconds(len(text), unpacked_size(text)) == pytest.approx(10 + 5 * 9.2)
    # Pictures are not read, and a bomb has no more time than the largest that is.
    assert unpacked_size(packed("word/media/a.png", b"0" * 1_000_000)) == 0
    assert unpacked_size(packed("word/document.xml", b"0" * 30_000_000)) == 10_000_000
    assert unpacked_size(b"PK no archive") == 0
    assert limits.seconds(0, 10**12) == limits.most_cpu_seconds


@posix
def test_what_takes_too_long_is_refused_and_the_next_is_read():
    with closing(Sandbox(SHORT)) as sandbox:
        with pytest.raises(UserError, match=r"page\.html: takes more than 1 seconds to read"):
            texts(sandbox, ATTRIBUTES)
        assert pids(sandbox) == []
        assert texts(sandbox, PAGE) == ["The harbour opened in May."]


def test_the_clock_ends_what_the_system_does_not():
    limits = Limits(cpu_seconds=1, cpu_seconds_per_mb=0, wall_factor=0.5)
    with closing(Sandbox(limits)) as sandbox, pytest.raises(UserError, match="takes more than"):
        texts(sandbox, ATTRIBUTES)


@pytest.mark.skipif(sys.platform != "linux", reason="only here memory is limited")
def test_what_takes_too_much_memory_is_refused():
    with closing(Sandbox(Limits(memory_bytes=400_000_000))) as sandbox:
        with pytest.raises(UserError, match=r"page\.html: "):
            texts(sandbox, "<p>" + "<b>x</b>" * 1_000_000)
        assert sandbox._idle == []  # A parser that ran out of memory is not used again.
        assert texts(sandbox, PAGE) == ["The harbour opened in May."]


def test_a_worker_that_has_died_is_replaced():
    with closing(Sandbox()) as sandbox:
        assert texts(sandbox, PAGE)
        sandbox._idle[0]._process.kill()
        sandbox._idle[0]._process.wait()
        assert texts(sandbox, PAGE) == ["The harbour opened in May."]


def test_what_is_wrong_with_a_file_is_told_as_ever():
    with closing(Sandbox()) as sandbox:
        for content, name, words in (
            ("<html></html>", "page.html", "no article found"),
            (b"\0\1", "a.md", "a binary file"),
            (b"%PDF-1.7 nonsense", "a.pdf", "cannot be read as PDF"),
            (b"PK nonsense", "a.docx", "cannot be read"),
        ):
            with pytest.raises(UserError, match=f"{name}: .*{words}"):
                texts(sandbox, content, name)
        assert len(pids(sandbox)) == 1


def test_threads_get_workers_of_their_own_but_not_too_many():
    with closing(Sandbox()) as sandbox:
        read = []
        threads = [
            threading.Thread(
                target=lambda n=n: read.append((n, texts(sandbox, PAGE.replace("May", f"{n}"))))
            )
            for n in range(3 * MAX_WORKERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(read) == [(n, [f"The harbour opened in {n}."]) for n in range(len(threads))]
        assert 1 <= len(pids(sandbox)) <= MAX_WORKERS


def test_a_chapter_that_a_book_names_often_is_read_once():
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest>'
        '<item id="a" href="a.xhtml"/><item id="b" href="b.xhtml"/></manifest><spine>'
        + '<itemref idref="a"/>' * 3_000
        + '<itemref idref="b"/></spine></package>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        container = '<container><rootfiles><rootfile full-path="c.opf"/></rootfiles></container>'
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("c.opf", package)
        archive.writestr("a.xhtml", "<p>The harbour opened.</p>")
        archive.writestr("b.xhtml", "<p>The end.</p>")
    with closing(Sandbox()) as sandbox:
        assert texts(sandbox, content.getvalue(), "a.epub") == ["The harbour opened.\n\nThe end."]


def test_a_feed_is_read_there_too():
    feed = b"<rss><channel><item><link>/a</link><pubDate>Sat, 19 Jan 2019</pubDate></item>"
    with closing(Sandbox()) as sandbox:
        (page,) = sandbox.listed_pages(feed, "http://x.org/feed").pages
        assert (page.url, str(page.published)) == ("http://x.org/a", "2019-01-19")
        with pytest.raises(UserError, match=r"x\.org/b: neither"):
            sandbox.listed_pages(b"nothing", "http://x.org/b")


def test_libraries_are_looked_for_where_the_program_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "index").mkdir()
    (tmp_path / "json.py").write_text("raise SystemExit")
    (tmp_path / "page.html").write_text(PAGE)
    with closing(Sandbox()) as sandbox:
        assert texts(sandbox, PAGE) == ["The harbour opened in May."]


def test_a_worker_imports_little():
    import subprocess

    code = "import index.sources.worker, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {
        "torch",
        "faiss",
        "gradio",
        "numpy",
        "onnxruntime",
        "tokenizers",
        "trafilatura",
        "lxml",
    }
    assert not heavy & set(loaded.stdout.split())


def test_the_rest_of_a_folder_goes_in(tmp_path):
    (tmp_path / "a.html").write_text("<html></html>")
    (tmp_path / "b.html").write_text(PAGE)
    (tmp_path / "c.md").write_text("Text.")
    problems = []
    texts_read = [article.text for article in read_articles([tmp_path], problems.append)]
    assert texts_read == ["The harbour opened in May.", "Text."]
    assert problems == [f"{tmp_path / 'a.html'}: no article found in this page"]
