"""The numbers that decide which passages are found, each with the figures beside it.

The figures are of 894 answerable questions of the development data over its 166 articles: how many
have a passage with an answer among the ten found (recall), and the mean reciprocal rank of the
first one. Of two figures the first is of the choosing half of the articles (494 questions), the
second of the reporting half (400). `python -m eval.bench.settings NAME VALUE...` measures them
again, `python -m eval.bench.parts` retrieval and answers with single parts left out.
"""

CANDIDATES = 50
"""Passages that each ranking, dense and lexical, hands to the fusion.

Mean reciprocal rank 90.9 and 88.9, with 100 the same, with 10 90.7 and 88.6. In a large collection
the two rankings have fewer passages in common, so that more are worth having.
"""

LEXICAL_WEIGHT = 0.03
"""Cosine similarity that one point of BM25 is worth.

Recall 98.6 and 97.5, mean reciprocal rank 90.9 and 88.9; with 0.02 the same to 0.1. With 0.01
90.2 and 87.2, with 0.1 90.3 and 87.6, without BM25 82.4 and 82.0.
"""

TITLE_WEIGHT = 0.5
"""Weight of a match in the title against one in the passage.

Mean reciprocal rank 90.9 and 88.9, with 0, 0.25 or 1 the same to 0.1: here few questions have words
of a title that the passage lacks.
"""

PASSAGES_OF_AN_ARTICLE = 6
"""Passages of one article that are ranked by score; any further ones come last.

Recall 98.6 and 97.5; with 2 94.7 and 93.5, with 4 97.4 and 96.5, with 10 98.8 and 98.0. Fewer than
ten, so that a long article does not take the place of all others.
"""

DUPLICATE_SIMILARITY = 0.6
"""Share of common word shingles (Jaccard) from which two articles are near-duplicates.

Of 48 articles of the seeds and the development data no two share more than 0.02. Their copies with
one word in 25 replaced are all near-duplicates, with one in 12 two thirds, with one in seven none.
"""
