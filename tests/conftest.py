import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from index import Collection
from qa.loading import seed_articles
from qa.pipeline import Answerer

# A machine that is busy with something else is no failure. The examples are the same in each run,
# so that a change is judged by what it changed; `--hypothesis-profile search` looks for new ones.
settings.register_profile("article-qa", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("article-qa")

# Whoever starts the tests in the background of a shell has them ignore Ctrl-C, which some press.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The processes that tests start would each compile our modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The tests are about the readers that they name, or the one that nobody names.
os.environ.pop("QA_READER", None)


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=8, help="How often to kill a writer.")
    parser.addoption("--serve-kills", type=int, default=2, help="How often to kill a server.")


@pytest.fixture(scope="session")
def seed_collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a collection of the seed articles, which tests copy and do not open."""
    folder = tmp_path_factory.mktemp("original") / "collection"
    with Collection(folder, create=True) as collection:
        collection.add(seed_articles())
    return folder


@pytest.fixture(scope="session")
def furnish(seed_collection: Path) -> Callable[[Path], None]:
    """Puts the default collection into a folder of user data, as its first use does."""

    def copy(data: Path) -> None:
        shutil.copytree(seed_collection, data / "article-qa" / "collection")

    return copy


@pytest.fixture(scope="session")
def seeds(seed_collection, tmp_path_factory):
    """A collection of the seed articles."""
    folder = shutil.copytree(seed_collection, tmp_path_factory.mktemp("seeds") / "collection")
    with Collection(folder) as collection:
        yield collection


@pytest.fixture(scope="session")
def answerer(seeds):
    """The whole path over the seed articles, with the bundled models."""
    return Answerer(seeds)
