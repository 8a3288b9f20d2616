"""The site builds without network, links lead somewhere, commands and code are real."""

import json
import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest

from qa.cli.main import cli

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
    """What a page loads, where it leads, and the names of its places."""

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


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_the_json_of_a_guide_is_json(path):
    for block in blocks(path, "json"):
        json.loads(block)
