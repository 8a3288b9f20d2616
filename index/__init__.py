"""Articles in, passages out: storage, embedding and hybrid retrieval."""

from typing import TYPE_CHECKING, Any

from index import telemetry
from index.types import Article, Hit, Passage

if TYPE_CHECKING:
    from index.collection import Collection

telemetry.switch_off()

__all__ = ["Article", "Collection", "Hit", "Passage"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type is that of the name
    # Collection pulls in numpy, faiss and onnxruntime; `import index` alone must stay cheap.
    if name == "Collection":
        from index.collection import Collection

        return Collection
    raise AttributeError(f"module 'index' has no attribute {name!r}")
