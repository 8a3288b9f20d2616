"""The tokenizer of the lexical search, shared by all backends so that they count the same words."""

from datetime import date

import tantivy

_LONGEST_WORD = 40


def analyzer() -> tantivy.TextAnalyzer:
    """The analyzer: lowercases words, folds accents, drops stop words and stems English."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def title_text(title: str, published: date | None) -> str:
    """The text of an article's title field: its title and, if it has one, its date in words."""
    return f"{title} {published:%d %B %Y}" if published else title
