"""The numbers that decide answers, each with the figure that chose it.

Those that decide which passages are found are in `index.settings`. Weights of the models'
confidence are no constants: `calibration.json` beside each reader holds them.
"""

from dataclasses import dataclass

MAX_QUESTION_CHARACTERS = 2_000
"""A longer text is no question."""

MAX_INTERPRETATIONS = 4
"""Interpretations of a follow-up that are tried at most, the literal one among them."""

SUPPORT_LOGITS = 4.0
"""A place with the words of an answer that scores this much less is not cited for it."""

MEMBER_LOGITS = 5.5
"""A span that scores this much less than the best member of a list is no member."""

TIE = 0.02
"""Probabilities that differ by less do not tell which interpretation of a question is meant."""

CONTRADICTION_SHARE = 0.5
"""Share of the threshold from which another answer counts as disagreement.

Of two answers that contradict each other at most one is right, so they share the probability that
either would have alone.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is read for a question, and how much of it is shown.

    Attributes:
        passages_read: Passages that are read for a question. The bundled calibrations were
            fitted with 10; with another number a confidence is called uncalibrated.
        spans_per_passage: Spans of each passage that are looked at; most are variants of the
            same one or two places.
        spans_of_a_list: The same where several answers are wanted, which may all stand in one
            passage.
        interpretations_reread: Interpretations of a follow-up that the second reader of a
            cascade reads: the surest by the first.
        citations: Places that an answer cites, at most.
        alternatives: Other guesses that are given beside an answer, at most.
        related: Members of a list, or answers that contradict the best one, at most.
        nearest: Passages that are shown where the articles do not say.
    """

    passages_read: int = 10
    spans_per_passage: int = 10
    spans_of_a_list: int = 40
    interpretations_reread: int = 2
    citations: int = 5
    alternatives: int = 3
    related: int = 20
    nearest: int = 3


SETTINGS = Settings()
