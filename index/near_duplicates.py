"""Near-duplicates: articles that share most of their words in order form a group.

The same agency report in two papers is one witness, not two. Each article has a MinHash signature
(Broder 1997) of its word shingles. Bands of the signature find candidates without a comparison with
all articles; the whole signatures decide.
"""

import re
import sqlite3
import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from index.settings import DUPLICATE_SIMILARITY

SHINGLE_WORDS = 4

_PERMUTATIONS = 128
_BAND_ROWS = 4
_MOST_CANDIDATES = 200
_BLOCK = 4_096  # shingles that are permuted at a time: 2 MB
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_WORD = re.compile(r"\w+")

Signature = npt.NDArray[np.uint32]


def signature(text: str) -> Signature:
    """The MinHash of a text's word shingles: shape (128,)."""
    words = [zlib.crc32(word.encode()) for word in _WORD.findall(text.lower())]
    hashes = np.array(words or [zlib.crc32(text.encode())], dtype=np.uint64)
    # A polynomial of the words' hashes, modulo 2**64, is the hash of their sequence.
    shingles = np.zeros(max(1, len(hashes) - SHINGLE_WORDS + 1), dtype=np.uint64)
    for place in range(SHINGLE_WORDS):
        part = hashes[place : place + len(shingles)]
        shingles[: len(part)] = shingles[: len(part)] * _FACTOR + part
    mixed = _mixed(np.unique(shingles >> np.uint64(32)).astype(np.uint32))
    factors, terms = _permutations()
    least = np.full(_PERMUTATIONS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for first in range(0, len(mixed), _BLOCK):
        block = mixed[first : first + _BLOCK, np.newaxis]
        np.minimum(least, (block * factors + terms).min(axis=0), out=least)
    return least


def store(connection: sqlite3.Connection, article_id: str, sketch: Signature) -> None:
    """Record an article's signature and add the article to the group of its near-duplicates.

    Groups of which it is a near-duplicate become one.
    """
    bands = _bands(sketch)
    marks = ",".join("?" * len(bands))
    rows = connection.execute(
        f"SELECT article_id, group_id, signature FROM likeness WHERE article_id IN "  # noqa: S608
        f"(SELECT DISTINCT article_id FROM bands WHERE band IN ({marks}) LIMIT ?)",
        (*bands, _MOST_CANDIDATES),
    ).fetchall()
    groups = sorted(
        {
            group
            for stored_id, group, stored in rows
            if stored_id != article_id
            and similarity(sketch, _unpack(stored)) >= DUPLICATE_SIMILARITY
        }
    )
    if not groups:
        connection.execute(
            "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE name = 'groups'"
        )
        (last,) = connection.execute("SELECT value FROM settings WHERE name = 'groups'").fetchone()
        groups = [int(last)]
    for group in groups[1:]:
        connection.execute(
            "UPDATE likeness SET group_id = ? WHERE group_id = ?", (groups[0], group)
        )
    packed = sketch.tobytes()
    connection.execute("INSERT INTO likeness VALUES (?, ?, ?)", (article_id, groups[0], packed))
    connection.executemany(
        "INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, article_id) for band in bands]
    )


def store_all(connection: sqlite3.Connection) -> None:
    """Group every article that has no signature yet."""
    query = (
        "SELECT id, text FROM articles WHERE id NOT IN (SELECT article_id FROM likeness) "
        "ORDER BY id"
    )
    for article_id, text in connection.execute(query).fetchall():
        store(connection, article_id, signature(text))


def similarity(first: Signature, second: Signature) -> float:
    """The estimated Jaccard similarity of two texts' shingles, in [0, 1]."""
    return float(np.mean(first == second))


def groups_of(connection: sqlite3.Connection, article_ids: Iterable[str]) -> dict[str, int]:
    """The group of each article that is stored, by its id."""
    groups = {}
    for article_id in article_ids:
        row = connection.execute(
            "SELECT group_id FROM likeness WHERE article_id = ?", (article_id,)
        ).fetchone()
        if row:
            groups[article_id] = int(row[0])
    return groups


def _bands(sketch: Signature) -> list[int]:
    bands = []
    for start in range(0, _PERMUTATIONS, _BAND_ROWS):
        rows = sketch[start : start + _BAND_ROWS].tobytes()
        # The position is a part of the key: equal rows in different bands mean nothing.
        bands.append((start << 32) | zlib.crc32(rows))
    return bands


def _unpack(stored: bytes) -> Signature:
    return np.frombuffer(stored, dtype=np.uint32)


def _mixed(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The finalizer of MurmurHash3: every bit of a hash comes to depend on all of its bits."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


@lru_cache(maxsize=1)
def _permutations() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Factors and terms of permutations of the 32-bit numbers: `factor * n + term`."""
    # A generator whose stream never changes, since stored signatures are compared with new ones.
    random = np.random.RandomState(1)
    halves = random.randint(0, 1 << 31, _PERMUTATIONS, dtype=np.uint32)
    return 2 * halves + 1, random.randint(0, 1 << 32, _PERMUTATIONS, dtype=np.uint32)
