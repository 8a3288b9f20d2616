"""A writer that is killed: adds and removes articles for ever, telling what is acknowledged.

Run as `python -m tests.index.crash_writer FOLDER SEED [POINT]`. At POINT, if one is given, it kills
itself: "commit" (after a commit to SQLite), "checkpoint" (before the rename of a checkpoint) or
"lexical" (before a commit of tantivy).
"""

import os
import random
import signal
import sys
from pathlib import Path

from tests.index.helpers import make_article, open_collection


def main():
    folder, seed, *point = sys.argv[1:]
    chance = random.Random(seed)
    if point:
        die_at(point[0], chance.randrange(1, 4))

    # Small enough that lists are trained, and checkpoints written, all the time.
    from index.local import dense

    dense.LISTS_FROM = 100
    dense._CHECKPOINT_SHARE = 0.0
    collection = open_collection(Path(folder))
    print("open", flush=True)
    while True:
        articles = []
        for _ in range(chance.randrange(1, 6)):
            identity, version = chance.randrange(40), chance.randrange(3)
            articles.append(make_article(identity, version, chance.randrange(4, 40)))
            print("begin add", identity, version, flush=True)
        collection.add(articles, lambda article, count: print("added", article.id, flush=True))
        identity = str(chance.randrange(40))
        print("begin remove", identity, flush=True)
        collection.remove([identity])
        print("removed", identity, flush=True)


def die_at(point, times):
    """Replace what happens at a point by a SIGKILL of this process, the n-th time."""
    left = [times]

    def wrap(function):
        def dying(*arguments, **options):
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return dying

    if point == "commit":
        import index.local.dense

        index.local.dense.VectorIndex.catch_up = wrap(index.local.dense.VectorIndex.catch_up)
    elif point == "checkpoint":
        Path.replace = wrap(Path.replace)
    elif point == "lexical":
        import index.local.lexical

        index.local.lexical.title_text = wrap(index.local.lexical.title_text)
    else:
        raise ValueError(point)


if __name__ == "__main__":
    main()
