"""The three Milvus collections of a collection: passages, articles, and the rest of long texts."""

from typing import Any, NamedTuple

from index.place import MilvusAddress

FORMAT = 1

ID_BYTES = 4_096
TEXT_BYTES = 65_535
"""The longest string that Milvus keeps."""

VERSION_CHARACTERS = 16
MOST_TERMS = 4_096
PASSAGE_SHARDS = 4
"""Shards of the passages: of a thousand million passages, each writes 250 million."""

NOTHING = [0.0, 0.0]
"""Milvus requires a vector in each row, also where none is searched."""

LAST_INDEX = "nothing"
LAST_PASSAGE_INDEX = "day"
TERMS_INDEX = "terms"

_HASH_CHARACTERS = 32
_SIGNATURE_CHARACTERS = 684
_HNSW = {"M": 16, "efConstruction": 200}


class Names(NamedTuple):
    """The names of the three Milvus collections on the server."""

    passages: str
    articles: str
    texts: str


def names(address: MilvusAddress) -> Names:
    """The names for an address, whose own name has no double underscore."""
    return Names(*(f"{address.name}__{field}" for field in Names._fields))


def articles() -> tuple[Any, Any]:
    """Schema and indexes of the articles: a row is an article, with the first piece of its text.

    That row is what makes an article stored: it is written after all that belongs to it, and
    deleted before it.
    """
    from pymilvus import DataType

    schema = _schema("id", ID_BYTES)
    schema.add_field("digest", DataType.VARCHAR, max_length=64)
    schema.add_field("cleared", DataType.BOOL)
    schema.add_field("title", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("published", DataType.VARCHAR, max_length=10, nullable=True)
    schema.add_field("source", DataType.VARCHAR, max_length=TEXT_BYTES, nullable=True)
    schema.add_field("text", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("pieces", DataType.INT32)
    schema.add_field("characters", DataType.INT32)
    schema.add_field("listed", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("signature", DataType.VARCHAR, max_length=_SIGNATURE_CHARACTERS)
    return _without_search(schema)


def texts() -> tuple[Any, Any]:
    """Schema and indexes of the pieces of texts that are too long for one row."""
    from pymilvus import DataType

    schema = _schema("id", _HASH_CHARACTERS)
    schema.add_field("article", DataType.VARCHAR, max_length=ID_BYTES)
    schema.add_field("version", DataType.VARCHAR, max_length=VERSION_CHARACTERS)
    schema.add_field("piece", DataType.INT32)
    schema.add_field("text", DataType.VARCHAR, max_length=TEXT_BYTES)
    return _without_search(schema)


def passages(dimension: int) -> tuple[Any, Any]:
    """Schema and indexes of the passages."""
    from pymilvus import DataType, MilvusClient

    schema = _schema("id", _HASH_CHARACTERS)
    schema.add_field("article", DataType.VARCHAR, max_length=ID_BYTES)
    schema.add_field("version", DataType.VARCHAR, max_length=VERSION_CHARACTERS)
    for name in ("start", "end", "day", "words", "title_words"):
        schema.add_field(name, DataType.INT32)
    schema.add_field("source", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("terms", DataType.ARRAY, element_type=DataType.INT32, max_capacity=MOST_TERMS)
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("dense", "HNSW", "dense", metric_type="IP", params=_HNSW)
    indexes.add_index("sparse", "SPARSE_INVERTED_INDEX", "sparse", metric_type="IP")
    for name in ("article", TERMS_INDEX, LAST_PASSAGE_INDEX):
        indexes.add_index(name, "INVERTED", name)
    return schema, indexes


def _schema(key: str, longest: int) -> Any:  # noqa: ANN401 - pymilvus has no types
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(key, DataType.VARCHAR, is_primary=True, max_length=longest)
    return schema


def _without_search(schema: Any) -> tuple[Any, Any]:  # noqa: ANN401 - pymilvus has no types
    from pymilvus import DataType, MilvusClient

    schema.add_field(LAST_INDEX, DataType.FLOAT_VECTOR, dim=len(NOTHING))
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index(LAST_INDEX, "FLAT", LAST_INDEX, metric_type="L2")
    return schema, indexes
