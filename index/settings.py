"""The numbers that decide which passages are found, each with what chose it.

`python -m eval.bench.parts` measures retrieval and answers with single parts left out.
"""

CANDIDATES = 50
"""Passages that each ranking, dense and lexical, hands to the fusion."""

LEXICAL_WEIGHT = 0.03
"""Cosine similarity that one point of BM25 is worth; chosen on held-out questions."""

TITLE_WEIGHT = 0.5
"""Weight of a match in the title against one in the passage."""

PASSAGES_OF_AN_ARTICLE = 6
"""Passages of one article that are ranked by score; any further ones come last."""

DUPLICATE_SIMILARITY = 0.6
"""Share of common word shingles (Jaccard) from which two articles are near-duplicates."""
