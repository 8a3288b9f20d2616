"""Words as the lexical search sees them; every backend counts the same ones."""

from datetime import date

import tantivy

_LONGEST_WORD = 40


def analyzer() -> tantivy.TextAnalyzer:
    """Cuts a text into words: lower case, without accents, stop words and English endings."""
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
    """The searchable text of an article beside its own: its title, and its date in words."""
    return f"{title} {published:%d %B %Y}" if published else title
