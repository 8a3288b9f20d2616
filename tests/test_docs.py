"""The site builds without network, links lead somewhere, commands and code are real."""

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import fpdf
import pytest

from index import Collection
from index.sources import files
from qa.cli.main import cli
from tests.command_line import call

ROOT = Path(__file__).resolve().parents[1]
GUIDES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [*GUIDES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "BENCHMARKS.md"))]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(path, language):
    return [body for _, kind, body in BLOCK.findall(path.read_text()) if kind == language]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    out = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", out],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)},
    )
    assert not built.returncode, built.stderr
    return out


class Page(HTMLParser):
    """The files that a page loads, the links on it, and the names of its places."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.links, self.names = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.names.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") != "canonical":
            self.loaded.append(given.get("href", ""))
        elif tag in ("script", "img", "iframe") and "src" in given:
            self.loaded.append(given["src"])


def test_the_site_loads_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(GUIDES)
    for path in pages:
        for address in Page(path.read_text()).loaded:
            assert not urlsplit(address).netloc, f"{path.name} loads {address}"
    for path in site.rglob("*.css"):
        assert "@import url(http" not in path.read_text()
        assert "url(http" not in path.read_text()


def test_the_links_of_the_site_lead_somewhere(site):
    pages = {path: Page(path.read_text()) for path in site.rglob("*.html")}
    for path, page in pages.items():
        if path.name == "404.html":  # its links count from the site's root, wherever that is
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{path.name}: {link}"
            if parts.fragment and target in pages and not parts.fragment.startswith("__"):
                assert unquote(parts.fragment) in pages[target].names, f"{path.name}: {link}"


@pytest.mark.parametrize("name", ["qa.ask", "qa.types.Answer", "index.collection.Collection"])
def test_the_reference_describes_arguments(site, name):
    page = next(
        p.read_text() for p in site.rglob("reference/*.html") if f'id="{name}"' in p.read_text()
    )
    assert "Parameters" in page or "Attributes" in page


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_links_of_a_text_lead_somewhere(path):
    for link in LINK.findall(path.read_text()):
        if not urlsplit(link).scheme and not link.startswith("#"):
            assert (path.parent / link.partition("#")[0]).exists(), f"{path.name}: {link}"


def commands(path):
    """The commands of article-qa in a text, each as its words."""
    for block in [*blocks(path, "sh"), *blocks(path, "ini")]:
        for line in block.replace("\\\n", " ").splitlines():
            called = re.search(r"(?:^|[\s/=(])article-qa ((?:\$\([^)]*\)|[^&|;)])+)", line.strip())
            if called and not line.lstrip().startswith("#"):
                yield shlex.split(called[1].partition(" >")[0])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_commands_and_their_options_are_real(path):
    for words in commands(path):
        command, names = cli, []
        while isinstance(command, click.Group) and words:
            following = command.get_command(click.Context(command), words[0])
            if following is None:
                break
            command, words = following, words[1:]
            names.append(command.name)
        options = {option for parameter in command.params for option in parameter.opts}
        options |= {"--help", "-h", "--version"}
        if names == ["eval"]:
            options |= {o for p in command.commands["run"].params for o in p.opts}
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in options, f"{path.name}: {names} {word}"


def test_the_python_of_readme_gives_what_it_says(tmp_path, monkeypatch, furnish):
    furnish(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("QA_COLLECTION", raising=False)
    (code,) = blocks(ROOT / "README.md", "python")
    names = {}
    for line in code.splitlines():
        source, _, told = line.partition("  # ")
        try:
            value = eval(compile(source, "README.md", "eval"), names)
        except SyntaxError:
            exec(compile(source, "README.md", "exec"), names)
            continue
        if told.startswith(("'", "datetime")):
            assert repr(value) == told.partition(";")[0]
        if source.startswith("read("):
            assert value == "Ada Lovelace"


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_the_python_of_a_guide_runs(path, tmp_path, furnish):
    code = [block for block in blocks(path, "python") if "--8<--" not in block]
    if code:
        furnish(tmp_path)
    for block in code:
        ran = subprocess.run(
            [sys.executable, "-c", block],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )
        assert not ran.returncode, ran.stderr
        assert ran.stdout


def others_files(folder):
    """The files that the guides call somebody's own."""
    folder.mkdir()
    (folder / "report.txt").write_text(
        "Title: Harbour\nDate: 2024-06-10\n\nThe harbour was dredged."
    )
    records = [{"id": "a1", "title": "Mill", "date": "2023-11-05", "text": "The mill burned down."}]
    (folder / "archive.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in records))
    (folder / "export.csv").write_text("headline,body,day\nBand,The band won.,2024-06-01\n")
    document = fpdf.FPDF()
    document.set_font("Helvetica")
    document.add_page()
    document.multi_cell(0, 8, "The lighthouse was painted by Donald Black.")
    document.output(str(folder / "report.pdf"))


def test_the_commands_of_the_first_guides_run_in_order(tmp_path, monkeypatch, furnish):
    furnish(tmp_path / "data")
    others_files(tmp_path / "more")
    monkeypatch.chdir(tmp_path)
    printed = {}
    for name in ("first-steps.md", "your-articles.md"):
        for block in blocks(ROOT / "docs" / name, "sh"):
            lines = block.splitlines()
            ours = [line for line in lines if line.startswith("article-qa")]
            if ours != lines and "pip install" not in block:
                subprocess.run(["bash", "-e"], input=block, text=True, check=True)
            for line in ours:
                _, *words = shlex.split(line)
                if words[0] == "serve":
                    continue
                if "ID" in words:
                    words[words.index("ID")] = printed["list"].split()[0]
                typed = "Who ordered a ferry?\nAnd when?\n" if words[0] == "chat" else ""
                ended = call(*words, text=typed, XDG_DATA_HOME=str(tmp_path / "data"))
                assert not ended.returncode, (line, ended.stderr)
                printed[words[0]] = ended.stdout
                if line.endswith('"Who steers the ferry?"'):
                    shown = blocks(ROOT / "docs" / name, "text")[0]
                    percentages = re.compile(r"\(.*%\)")
                    assert percentages.sub("", ended.stdout) == percentages.sub("", shown)
    assert "understood as: When was a ferry ordered?" in printed["chat"]
    assert "  2024-05-14  The new ferry" in printed["edit"]


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_the_json_of_a_guide_is_json(path):
    for block in blocks(path, "json"):
        json.loads(block)


SUBTITLES = """1
00:00:01,000 --> 00:00:03,500
The museum was opened

2
00:00:03,500 --> 00:00:06,000
by Duncan Fyfe in 1931.
"""


def test_a_new_kind_of_file_is_read_as_contributing_says(tmp_path, monkeypatch):
    module = tmp_path / "subtitles.py"
    module.write_text(blocks(ROOT / "CONTRIBUTING.md", "python")[0])
    configured = ["--config", ROOT / "pyproject.toml", "--ignore", "INP001"]
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *configured, module],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert not checked.returncode, checked.stdout
    spec = importlib.util.spec_from_file_location("subtitles", module)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    monkeypatch.setitem(files._READERS, ".srt", loaded.read_srt)
    (tmp_path / "film.srt").write_text(SUBTITLES)
    (tmp_path / "broken.srt").write_text("no cue here")
    monkeypatch.chdir(tmp_path)
    added = call("add", "--collection", "films", "film.srt", "broken.srt")
    assert added.returncode == 2
    assert "skipped broken.srt: no subtitles found in this file" in added.stderr
    with Collection(tmp_path / "films") as collection:
        (article,) = collection.articles()
    assert article.text == "The museum was opened by Duncan Fyfe in 1931."


def test_version_and_date_are_the_same_wherever_they_are_told():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text()
    told, day = re.search(r"^## (\d\S+) - (\S+)$", changes, re.MULTILINE).groups()
    assert told == version
    assert f"version: {version}\ndate-released: {day}\n" in (ROOT / "CITATION.cff").read_text()
