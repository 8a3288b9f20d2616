"""This project and its peers on one machine, one corpus and the same weights.

python -m eval.bench.peers SUITE... --distractors FILE... --embedder DIR --reader DIR
"""
