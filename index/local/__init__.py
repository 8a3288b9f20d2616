"""A collection in a folder: SQLite is the source of truth, FAISS and BM25 are derived from it."""
