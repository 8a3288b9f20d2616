"""Opens the storage of a collection: a folder or Milvus, and the embedder of its vectors."""

from index.backend import Backend
from index.embedding.embedder import Embedder, is_superseded, load_embedder
from index.errors import UserError
from index.place import MilvusAddress, Place


def open_backend(place: Place, create_with: str | None = None) -> Backend:
    """Open the backend of a collection.

    Args:
        place: The collection's folder or Milvus address.
        create_with: Name of the embedder of a new collection; None opens an existing one only.

    Raises:
        UserError: If there is no collection, or it cannot be opened or made.
    """
    if isinstance(place, MilvusAddress):
        from index.milvus.backend import MilvusBackend

        return MilvusBackend(place, create_with)
    from index.local.backend import LocalBackend

    return LocalBackend(place, create_with)


def embedder_of(backend: Backend, place: Place) -> Embedder:
    """Load the embedder that made a collection's vectors.

    Raises:
        UserError: If it cannot be loaded, or is of another version of this program and the
            collection is on Milvus, where it is not embedded anew.
    """
    if isinstance(place, MilvusAddress) and is_superseded(backend.embedder):
        raise UserError(
            f"{place}: embedded by another version of article-qa; add its articles to a collection "
            "of another name"
        )
    return load_embedder(backend.embedder)
