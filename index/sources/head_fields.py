"""Names of the fields in the head of a text, in lower case."""

TITLES = ("title", "headline", "subject")
DATES = (
    "date",
    "published",
    "pubdate",
    "publishdate",
    "published_at",
    "publication date",
    "publication_date",
    "date published",
    "posted",
    "posted on",
    "published on",
    "datepublished",
)
SUMMARIES = (
    "subtitle",
    "subheadline",
    "summary",
    "description",
    "deck",
    "dek",
    "standfirst",
    "lede",
    "abstract",
    "excerpt",
)
"""Fields whose value is text of the article itself."""

AUTHORS = ("author", "authors", "byline", "by", "from", "sender", "reporter", "correspondent")
CREDITS = (
    "source",
    "url",
    "link",
    "updated",
    "last updated",
    "modified",
    "last modified",
    "section",
    "category",
    "categories",
    "tags",
    "keywords",
    "publisher",
    "publication",
    "newspaper",
    "agency",
    "copyright",
    "to",
    "cc",
    "bcc",
    "newsgroups",
    "organization",
    "dateline",
    "edition",
    "length",
)
"""Fields of the byline, beside the authors."""

TECHNICAL = (
    "language",
    "reply-to",
    "message-id",
    "in-reply-to",
    "references",
    "lines",
    "received",
    "return-path",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "delivered-to",
    "list-id",
    "user-agent",
    "importance",
    "id",
    "slug",
    "load-date",
)

NAMES = frozenset((*TITLES, *DATES, *SUMMARIES, *AUTHORS, *CREDITS, *TECHNICAL))
"""All of them."""
