"""The files that articles were read from, kept beside a collection if the user wants them."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from index.errors import UserError
from index.local.checkpoint import sync_folder
from index.local.folder import ORIGINALS
from index.local.temporary import unfinished
from index.types import Article


class Originals:
    """The kept files of one collection, one for an article.

    A file belongs to the text that was read from it: an article whose text has changed since has
    none. The folder is made with the first file.
    """

    def __init__(self, collection: Path) -> None:
        """Look at the files of a collection.

        Args:
            collection: Its folder.
        """
        self.folder = collection / ORIGINALS

    def keep(self, article: Article, file: Path) -> None:
        """Copy the file that a stored article was read from; when this returns it is on the disk.

        Files of other versions of the article are deleted. One of this version stays as it is.

        Raises:
            UserError: If it cannot be written.
        """
        kept = self._path(article)
        if kept.is_file():
            return
        try:
            self.folder.mkdir(exist_ok=True)
            # What a killed process leaves there is cleared when the collection is opened.
            with unfinished(self.folder.parent) as scratch:
                copied = scratch / kept.name
                shutil.copyfile(file, copied)
                with copied.open("rb+") as written:
                    os.fsync(written.fileno())
                copied.replace(kept)
            sync_folder(self.folder)
            for version in self._versions(article.id):
                if version != kept:
                    version.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"{self.folder}: cannot be written ({error.strerror})") from None

    def of(self, article: Article) -> Path | None:
        """The file that this version of an article was read from; None if it is not kept."""
        path = self._path(article)
        return path if path.is_file() else None

    def remove(self, article_ids: Iterable[str]) -> None:
        """Delete the files of articles, those of all versions."""
        if self.folder.is_dir():
            for article_id in article_ids:
                for path in self._versions(article_id):
                    path.unlink(missing_ok=True)

    def _path(self, article: Article) -> Path:
        text = article.text.encode("utf-8", "surrogatepass")
        return self.folder / f"{_digest(article.id.encode())}-{_digest(text)}"

    def _versions(self, article_id: str) -> list[Path]:
        return list(self.folder.glob(f"{_digest(article_id.encode())}-*"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
