"""The same collection on Milvus, for more passages than one process holds."""
