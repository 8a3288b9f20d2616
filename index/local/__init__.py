"""A collection in a folder: SQLite is the truth, FAISS and BM25 follow it."""
