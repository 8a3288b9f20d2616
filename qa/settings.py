"""The numbers that decide answers, each with the figure that chose it.

Those that decide which passages are found are in `index.settings`. Weights of the models'
confidence are no constants: `calibration.json` beside each reader holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAX_QUESTION_CHARACTERS = 2_000
"""A longer text is no question."""

MAX_INTERPRETATIONS = 4
"""Interpretations of a follow-up that are tried at most."""

SUPPORT_LOGITS = 4.0
"""A place with the words of an answer that scores this much less is not cited for it.

The 116 right answers of the written development data cite 120 places, with 2 as well, and 122 with
8; all are in the right article.
"""

POOLED_LOGITS = 6.0
"""Places that score this much less than the best one say nothing of its time.

Between 2 and 8 the 49 when-questions of the development data have F1 88.4; at 10 it is 86.4, and
without pooling 87.4.
"""

SAME_EVENT_LOGITS = 10.0
"""A place that speaks of the event of the best one is heard though it scores this much less.

The day of the Singapore summit scores 4.7 to 7.1 less than its month in twelve spellings of the
question over the seeds. The 24 when-questions of the written development data are the same.
"""

INDIFFERENT_LOGITS = 1.0
"""A reader that scores two spans of one place so alike does not care which it is.

The 24 when-questions of the written development data are the same with 0 to 2; with 3 one is less
exact.
"""

MEMBER_LOGITS = 5.5
"""A span that scores this much less than the best member of a list is no member.

Of 16 list questions of the development data, with 49 members, 46 are given, 31 of them right; with
4.5 43, with 3 42, with 8 51, and the same 31 right.
"""

TIE = 0.1
"""A less likely way to understand a follow-up must be surer by so much to be taken.

Of the 29 follow-ups of the written development data 17 are answered right with any of 0 to 0.3.
"""

CONTRADICTION_SHARE = 0.5
"""Share of the threshold from which another answer counts as disagreement.

Of two answers that contradict each other at most one is right, so they share the probability that
either would have alone. None of the 116 right answers of the written development data, where no
article contradicts another, is told to be contradicted with 0.25 to 1.
"""

CONTRADICTION_PART = 0.3
"""An answer that is less than this part as likely as the best one is no disagreement with it, and
nothing that has changed.

With the readers before, of eight pairs of short reports that differ in one value the seven that are
told had 0.33 to 0.80; of four false notices over the seeds three had 0.20 to 0.22, and one 0.45.
"""

CHANGE_PART = 0.12
"""The same where what is now is asked for: what an old article tells has lost three logits by its
age ("older" of `SATISFACTION`), a third of them in the confidence. Two mayors, eighteen years
apart, have 0.19.
"""

SATISFACTION: Mapping[str, float] = MappingProxyType(
    {
        "time covers": 4.0,
        "time within": 4.0,
        "time meets": 1.0,
        "time in force": 2.0,
        "time over": -4.0,
        "time later": -4.0,
        "time unknown": -2.0,
        "another time": -12.0,
        "dead": -12.0,
        "title within": 0.5,
        "title of another time": -8.0,
        "published before": -12.0,
        "published within": 0.5,
        "published after": -2.0,
        "older": -3.0,
        "other place": -3.0,
        "negated": -6.0,
        "negation near": -1.0,
        "negation missing": -6.0,
        "other clause": -6.0,
        "contrary": -9.0,
        "same side": 3.0,
        "time of object": -6.0,
        "ellipsis": 2.0,
        "pronoun": -12.0,
        "no number": -4.0,
        "count": -6.0,
        "is asked": -4.0,
        "echo": -1.0,
        "runs on": -4.0,
        "labelled": 1.5,
        "not said": -4.0,
        "no time": -4.0,
        "apart": -4.0,
    }
)
"""What a place's surroundings say of each restriction of the question, in logits of the reader.

Of time: fitted by conditional logit on 203 questions of TimeSensitiveQA's training part, rounded;
57 % of their best guesses are right with these and 48 % without. Of the 138 answerable questions of
the development data on periods, other articles, the best guesses have F1 50.9 with these and 41.4
without (reporting half 42.2 and 36.9). The others fire for one question in twenty of the written
development data and change its F1 by less than a point; they hold for kinds that it has few of
(who did not, how many elsewhere). Whether the names, numbers and words of a question stand in the
sentence, beside it or nowhere carries nothing there beyond what the reader knows (AUC of
confidence 0.699 with, 0.704 without), so only names that stand nowhere are looked at:
`UNHEARD_LOGITS`.

"Same side", "not said", "no time" and "apart" are set by hand with the reader of 27 November, and
so is "older": the tests of behaviour, the seeds and the written development data were looked at, no
part of it held back.

Who was dead cannot have held anything, and what a title dates otherwise ("Garlic Show 2018") was
not at the time asked for: both weigh so much that they are hardly ever given.

Of the contrary: of 2,219 answers of SQuAD, SQuADShifts and the written training questions whose
question takes a side, 17 stand nearest to another side; all 612 questions of XQuAD's development
half keep their answer.
"""

STORY_WEIGHT = 0.4
"""What the time that a story has come to counts beside one that the place's own sentence tells."""

THERE_WEIGHT = 4.0
"""What "there" counts after a sentence of another place, beside a sentence that names one."""

AFFIRMED_WEIGHT = 1.5
"""What is affirmed counts against a question for what is not, beside what is left open."""

BESIDE_WEIGHT = 6.0
"""What an echo counts that the question sets apart: who came besides Lind is not Lind."""

TIME_COVERED, TIME_MET = 0.8, 0.2
"""Parts of the time asked for that a period must cover, or meet, to be told of it.

Periods that are told by years do not begin and end to the day.
"""

OLDER_DAYS = 180
"""An article so much older than the newest one that was read is old for a question on what is."""

APART_DAYS = 180
"""What articles tell of days further apart than this may both have been true: it has changed."""

UNHEARD_LOGITS = 20.0
"""What every answer scores less where no article that was read has a name of the question.

Of 518 questions of the development data that are answered right none has such a name, nor has any
of the other 306 of XQuAD's development half; of 141 without an answer nine have. The paragraphs of
3 of 13,799 answerable training questions tell of a namesake alone, and those of 27 of 6,268 without
an answer.
"""

CONTRAST_LOGITS = 1.0
"""A place on the side that is asked for scores this much less than the other side of its sentence
was read, at least: the reader finds the sentence of a contrast more surely than the side.
"""

REPORTED_DAYS = 31
"""So long after a time articles still report of it."""

LONGEST_TIME_DAYS = 3_700
"""No articles are searched by themselves of a longer time, as of a century."""

TIMELY_SIMILARITY = 0.05
"""What a passage of the time that a question names is nearer, in points of fused retrieval.

Of 156 weekly reports that differ in little but their date, five passages hold 103 of 156 of the
month that is asked for with it and 60 without, and 11 and 5 of 15 of the summer. The development
data on periods, where what is told is seldom told then, is the same with and without.
"""

ROW_LOGITS = 1.0
"""A row of the time asked for scores this much less than the row of its list that was read."""

LIKENESS: Mapping[str, float] = MappingProxyType(
    {
        "same preposition": 3.0,
        "same head": 4.0,
        "both names or neither": 3.0,
        "whose it is": 4.0,
        "same kind": 2.0,
        "same number": 1.5,
        "both with a determiner or neither": 1.0,
        "after of": 2.0,
    }
)
"""How like bare words ("And videos?") a phrase of the last question is, which they replace.

Set by hand, so that in the follow-ups of the tests the phrase that a person would replace comes
first; `python -m eval.bench.followups` measures the answers.
"""

ENOUGH_LIKENESS = 3.0
"""A phrase that is less like the bare words than this is not what they replace."""

TIMED_BIAS, TIMED_SLOPE = -0.44, 0.40
"""What a question's time makes of the logit of an answer's probability.

The reader is surer than it is right of who held what in which period. Fitted on 120 questions of
TimeSensitiveQA's training part; fitted on 350 with the weights of today it is much the same (-0.56,
0.45). On 166 of other articles the calibration error over ten equally wide bins is 0.056 (0.16 and
0.10 of the halves). That a place tells of another time says little more (AUC 0.73 with, 0.72
without).
"""

FAR_LOGITS = 10.0
"""A place that scores this much less than the best one cannot win whatever is said around it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a pipeline: how much is read for a question, and how much is shown.

    Attributes:
        passages_read: Passages that are read for a question. The bundled calibrations were
            fitted with 10; with another number a confidence is called uncalibrated.
        adaptive: Read only as many of these as can still change the answer, where the reader's
            folder has rules for that. On the reporting half of the calibration all answers were
            those of full reading; the first reader read 6.4 of 7.4 passages and the second 1.5 of
            1.8 (`qa/models/cascade/CARD.md`).
        spans_per_passage: Spans of each passage that are looked at; a few at one place are
            variants of one answer.
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
    adaptive: bool = True
    spans_per_passage: int = 10
    spans_of_a_list: int = 40
    interpretations_reread: int = 2
    citations: int = 5
    alternatives: int = 3
    related: int = 20
    nearest: int = 3


SETTINGS = Settings()
