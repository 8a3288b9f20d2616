import faiss
import pytest

from index import Article, Collection


@pytest.mark.parametrize("before", [1, 2])
def test_a_search_leaves_the_number_of_threads_as_it_was(tmp_path, before):
    usual = faiss.omp_get_max_threads()
    try:
        with Collection(tmp_path / "zoo", create=True) as collection:
            faiss.omp_set_num_threads(before)
            collection.add([Article("zoo", "", "The elephant is called Bertha.")])
            assert collection.search("What is the elephant called?")
            assert faiss.omp_get_max_threads() == before
    finally:
        faiss.omp_set_num_threads(usual)
