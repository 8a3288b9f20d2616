"""This project and its peers on one machine, one corpus and the same weights.

    python -m eval.bench.peers SUITE... --distractors FILE... --embedder DIR --reader DIR

SUITE and FILE are SQuAD files: the questions of the suites are asked over the paragraphs of all.
DIR are fp32 weights that every system runs by torch; this project also runs its bundled models,
so give the weights that these were made from, or the quality of the int8 column is another
model's. The peers live in their own environment: `--python` names its interpreter, or one is
made in the user's cache with the packages of the extra `bench`, torch in this project's version.

Measured: exact match and F1 of the best guess, whether the system would give it or not (a guess
of nothing counts as wrong); whether the gold paragraph is among the first ten; how well the score
tells questions from the same ones after the articles that answer them were removed (AUC); time
and memory. Each system is a process of its own. They index one after the other, then take turns
of 20 questions, so that a change of the machine's load meets all of them; beside the numbers
stands what other processes took, and CPU time, which suffers less from them than time does.
Cold start is the median of three, from no process to an answer over a stored index, its files in
the page cache.

How the peers are set up: what their documentation recommends, then tuned on questions outside
the sample. Each option is a default of its adapter; `--set SYSTEM JSON` changes it.

*Haystack 3* (`haystack-ai`, `transformers-haystack`, `sentence-transformers-haystack`):
in-memory store, BM25L and normalised embeddings with the title among the embedded fields,
`DocumentJoiner` by reciprocal rank fusion, the first 10 to `TransformersExtractiveReader`.
Tuned: each retriever hands on 50 documents instead of 10 (F1 51.8 instead of 46.8). Made no
difference: candidates per sequence (`answers_per_seq`), in quality or in time. `no_answer` is off,
since its score is a product over all answers that is always nearly 0; the best answer's score is
used. Not to be set: it gives the reader no `token_type_ids`, with which a BERT reader is trained.

*txtai* (`txtai`): hybrid `Embeddings` with content, titles put before the texts (it embeds one
field), its default BM25 and equal weights. `RAG` over `Questions` joins the passages to one
context, of which a reader of 512 tokens sees little and where it finds less with each passage
(F1 63.6, 57.2, 50.0 with 1, 2, 3; `"joined": true`). So `Questions` reads each of ten passages, and
the first answer in the order of retrieval counts (66.9). It returns no score; the retrieval's
score is the confidence. A question is thus done as soon as any passage answers, which makes it
the fastest, and no answer is compared with another. It raises on a reader that prefers "no
answer", which counts as none.
"""
