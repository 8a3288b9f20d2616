"""Words that answer: the name for a pronoun, all that was said for a piece of it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.dates.sentences import sentence_around
from qa.question.phrases import ONE_TO_TWELVE
from qa.question.restrictions import stems
from qa.ranking.around import Around, sentence_of
from qa.ranking.evidence import Evidence
from qa.types import Span

_WHO = re.compile(r"^\W*(?:(?:and|but|so|by|to|for|with|from)\s+)*who(?:m|se)?\b", re.IGNORECASE)
SAID = re.compile(
    r"^(?!.*\bto\s+do\b)\W*(?:and\s+|so\s+)?what\s+(?:else\s+)?(?:did|does|has|had|do|have)\s.+?\b(?:say|said|tell|told|write"
    r"|written|think|thought|claim|argue|state|warn|call|reply|declare|announce|promise|ask)\b",
    re.IGNORECASE,
)
"""Questions for what somebody said."""

_SINGULAR = re.compile(r"(?:he|she|him|her|his|hers|himself|herself)\W*", re.IGNORECASE)
_HERS = re.compile(r"\b(?:she|hers?|herself)\b", re.IGNORECASE)
_HIS = re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE)
_LIFE = re.compile(
    r"\b(?:born|died)\b|\([^()]*\d{3,4}\s*[–—-][^()]*\d{3,4}\)|\b(?:He|She)\s+(?:was|is)\b"
)
_LIFE_BEGINS = 500
_NAME = r"[A-Z][\w'’-]+(?:\s+(?:(?:de|van|von|al|bin|of)\s+)?[A-Z][\w'’.-]+)+"
_FULL_NAME = re.compile(_NAME)
_TOLD_OF = re.compile(rf"(?:The\s+(?:[a-z]+\s+)?)?({_NAME})\s+[a-z][^.!?]*[.!?]")
_ONE_NAME = re.compile(r"(?!(?:The|An?|He|She|They|It|We|I)$)[A-Z][\w'’-]+")
_REST = re.compile(r"\s[A-Z][\w’-]+(?![\w’-]|\s[A-Z])")
_SENTENCE_WORDS = 5
_SAYS = r"(?:said|says|added|told|wrote|replied|insisted|explained|announced)"
_SAYER = re.compile(
    rf",\s*(?:[a-z][\w-]*\s+){{0,3}}({_NAME})\s+{_SAYS}\b|\b{_SAYS}\s+(?:[a-z][\w-]*\s+){{0,3}}({_NAME})"
)
_NO_PERSON = frozenset(
    """
    the a an in on at mr mrs ms dr monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december
    """.split()
)
_HOW_MANY = re.compile(r"\bhow\s+many\b", re.IGNORECASE)
_NOUN = re.compile(r"\s+(?!(?:more|fewer|less|longer|other)\b)[a-z][\w'’-]+")
_NOUN_WORDS = 3
_HOW_MUCH = re.compile(
    r"\bhow\s+(?!(?:many|often|do|does|did|is|are|was|were|has|have|had|can|could|will|would|come|to)\b)"
    r"[a-z]+\b",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(
    r"(?:about|around|over|under|nearly|almost|some|at\s+least|up\s+to|more\s+than|less\s+than|\s)*"
    rf"(?:\d[\d.,]*|(?:{ONE_TO_TWELVE}|half|several"
    r"|\w+teen|\w+ty)\b)(?:\s+(?:and\s+a\s+half|hundred|thousand|million|billion|trillion))*",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\s-]?(?:%|(?:square\s+|cubic\s+|(?:US|Swiss|Danish|Canadian|Australian)\s+)?(?:per\s?cent|dollars?"
    r"|euros?|pounds?|crowns?|kron(?:er|or|a|e)|francs?|marks?|yen|yuan|rupees?|rou?bles?|pesos?|cents?"
    r"|pence|tons?|tonnes?|kilo(?:gram|metre|meter)?s?|kg|grams?|lit(?:re|er)s?|(?:centi)?met(?:re|er)s?"
    r"|km|miles?|feet|foot|inch(?:es)?|yards?|acres?|hectares?|degrees?|knots?|years?|months?|weeks?"
    r"|days?|hours?|minutes?|seconds?)\b)"
)
SAID_ABOUT = re.compile(
    r"^\W*(?:and\s+|so\s+)?what\s+(?:else\s+)?(?:did|does|has|had|do|have)\s.+?"
    r"\b(?:say|said|claim|claimed|argue|argued|explain|explained|insist|insisted|reply|replied)"
    r"(?:\s+(?:about|of|on|regarding|concerning)\b.*)?\W*$",
    re.IGNORECASE,
)
"""Questions for words that somebody said, about something or at all."""

_REPORTS = re.compile(
    r"\b(?:said|says|added|adds|claimed|claims|argued|argues|explained|explains|insisted|insists"
    r"|replied)\s+(?:that\s+)?(?=[a-z\d])"
)
_TELLS = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|t(?:old|ells?)|add(?:ed|s|ing)|wr(?:ote|ites?)|(?:claim|argu|explain|insist"
    r"|announc|warn|stat|declar|confirm|suggest|stress|recall|not|admitt?|promis)(?:ed|e?s|ing)"
    r"|(?:repl|den)(?:ied|ies|ying)|believe[sd]?|th(?:inks?|ought)|point(?:ed|s|ing)?\s+out"
    r"|[Aa]ccording\s+to)\b"
)
_TURNED = re.compile(r"[,?!”\"’]\s*$")
"""Before "said Lena Fors": what follows is told of her."""

_TELLS_AFTER = re.compile(
    rf"[^\n]*?(?:[,”\"’]\s*(?:[\w'’.-]+\s+){{0,6}}?{_TELLS.pattern}|\baccording\s+to\b)"
)
_SPEAKER = re.compile(r"[A-Z][\w.'’ -]{0,40}:\s")
_OWN_WORDS = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|[Yy]ou)\b")
_OPENS = re.compile(r"[“«]|(?<![\w.,!?;…%'’)])\"(?=\S)|(?<!\w)‘(?=\w)")
_CLOSES = re.compile(r"[”»]|(?<=[\w.,!?;…%'’)])\"|(?<=[.,!?])’")
_PIECE_WORDS = 3
"""What was said is longer than this."""

_WRITING = re.compile(
    r"\b(?:laws?|rules?|act|bill|treaty|constitution|contract|agreement|deal|report|study|studies"
    r"|survey|research|article|book|bible|charter|plan|letter|sign|inscription)\s+(?:have\s+to\s+)?(?:say|claim|argue|explain|insist)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^“”]{3,400}”|(?<![\w.,!?;…%'’)])\"(?=\S)[^\"]{3,400}\"|«[^«»]{3,400}»")


def named(question: str, place: Evidence) -> Evidence:
    """The place of the name that a pronoun stands for, if the question asks who and one is near.

    A first name alone is the whole name, where one word is left of it: of "Top North Korean" nobody
    knows.

    That is who says the sentence ("He denied it, owner Max Ritter said"), or else the one person
    that the paragraph has named before. Of several nobody knows, and the pronoun stays.

    Args:
        question: In words that stand alone.
        place: What was read.
    """
    if not _WHO.match(question):
        return place
    text = place.hit.article.text
    subject = _TOLD_OF.fullmatch(place.quote)
    if subject and len(place.quote.split()) >= _SENTENCE_WORDS:
        # A whole sentence is no name: what is asked for is told of its subject after it.
        first, last = subject.span(1)
        return _moved(place, text, place.span.start + first, place.span.start + last)
    if _ONE_NAME.fullmatch(place.quote) and (rest := _REST.match(text, place.span.end)):
        return _moved(place, text, place.span.start, min(rest.end(), place.hit.passage.end))
    if not _SINGULAR.fullmatch(place.quote):
        return place
    low = max(place.hit.passage.start, text.rfind("\n\n", 0, place.span.start) + 1)
    first, last = sentence_around(text, place.span.start, place.span.end)
    sayer = _SAYER.search(text, place.span.end, last)
    if sayer:
        group = 1 if sayer.group(1) else 2
        return _moved(place, text, *sayer.span(group))
    before = [match for match in _FULL_NAME.finditer(text, low, first) if _is_person(match)]
    if not before:
        before = _of_title(place, first)
    if len({match.group() for match in before}) != 1:
        return place
    return _moved(place, text, *before[-1].span())


def _of_title(place: Evidence, high: int) -> list[re.Match[str]]:
    """The person that an article has as its title, where the passage names that person before.

    "She was its director" in the life of Ida Moor is told of Ida Moor: it begins with her birth
    and death, and says "she" more often than "he". What tells of a club or a street does not.

    Args:
        place: A pronoun.
        high: Where its sentence begins in the text.
    """
    title, text = place.hit.article.title, place.hit.article.text
    name = _FULL_NAME.match(title)
    if not name or not _is_person(name) or title[name.end() :].strip(" ,()–—-0123456789"):
        return []
    if title == name.group() and not _LIFE.search(text, 0, _LIFE_BEGINS):
        return []
    own, other = (_HERS, _HIS) if _HERS.match(place.quote) else (_HIS, _HERS)
    if len(own.findall(text)) <= len(other.findall(text)):
        return []
    return list(re.compile(re.escape(name.group())).finditer(text, place.hit.passage.start, high))


def with_unit(question: str, place: Evidence) -> Evidence:
    """Return the place with the unit after its number, if the question asks how much.

    Where it asks how many, "no" goes with what there are none of.

    Args:
        question: In words that stand alone.
        place: A place that a reader proposes.
    """
    if _HOW_MANY.search(question) and place.quote.lower() == "no":
        text = place.hit.article.text
        ends: list[int] = []
        end = place.span.end
        while len(ends) < _NOUN_WORDS and (word := _NOUN.match(text, end, place.hit.passage.end)):
            end = word.end()
            ends.append(end)
        # "no surviving children", where children are asked for; else "no sons".
        asked = (end for end in ends if stems(text[place.span.end : end]) & stems(question))
        end = next(asked, ends[0] if ends else place.span.end)
        return _moved(place, text, place.span.start, end)
    if not _HOW_MUCH.search(question) or not _BARE_NUMBER.fullmatch(place.quote):
        return place
    text = place.hit.article.text
    unit = _UNIT.match(text, place.span.end, place.hit.passage.end)
    return _moved(place, text, place.span.start, unit.end()) if unit else place


def unsaid(question: str, places: Sequence[Around]) -> list[dict[str, float]]:
    """For each place the feature of what nobody said, where the question asks what somebody said.

    In an interview or a speech nothing is told to be said, so it counts only beside what is, and
    only of passages that are neither. What a law says is told of it without a word for saying.
    """
    if not SAID_ABOUT.match(question) or _WRITING.search(question):
        return [{}] * len(places)
    said = [is_said(place) for place in places]
    return [
        {"not said": 1.0} if any(said) and not (own or is_speech(place.text)) else {}
        for place, own in zip(places, said, strict=True)
    ]


def is_said(place: Around) -> bool:
    """Return whether a place is told to be said: quoted, reported, or after a speaker's name.

    Args:
        place: Of the text that was read.
    """
    text, (first, last) = place.text, sentence_of(place)
    if _is_quoted(place):
        return True
    for tells in _TELLS.finditer(text, first, place.end):
        if not _TURNED.search(text[first : tells.start()]):
            return True
    return _TELLS_AFTER.match(text, place.end, last) is not None


def is_speech(text: str) -> bool:
    """Return whether a passage may be an interview, a speech or a letter: "I" is not quoted."""
    return _OWN_WORDS.search(_QUOTED.sub("", text)) is not None


def _is_quoted(place: Around) -> bool:
    """Return whether a place is within quotation marks, or in a paragraph after a colon.

    Marks may be open: a quotation goes on in the next paragraph, and a passage begins within one.
    """
    text, start, end = place.text, place.start, place.end
    low = start - len(text[:start].rpartition("\n\n")[2])
    high = end + len(text[end:].partition("\n\n")[0])
    line = start - len(text[:start].rpartition("\n")[2])
    if _SPEAKER.match(text, line) or text[:line].rstrip().endswith(":"):
        return True
    opened = [mark.start() for mark in _OPENS.finditer(text, low, high)]
    closed = [mark.start() for mark in _CLOSES.finditer(text, low, high)]
    if any(start <= mark < end for mark in (*opened, *closed)):
        return True
    is_open = _last(opened, start) > _last(closed, start)
    is_closed = _next(closed, end, high) < _next(opened, end, high)
    return is_open or is_closed


def _last(marks: Sequence[int], before: int) -> int:
    return max((mark for mark in marks if mark < before), default=-1)


def _next(marks: Sequence[int], after: int, default: int) -> int:
    return min((mark for mark in marks if mark >= after), default=default)


def whole_quotation(question: str, place: Evidence) -> Evidence:
    """All of what stands in quotation marks or was "said that", if the question asks for it.

    Args:
        question: In words that stand alone.
        place: What was read.
    """
    if not SAID.match(question):
        return place
    text, passage = place.hit.article.text, place.hit.passage
    for quoted in _QUOTED.finditer(text, passage.start, passage.end):
        start, end = quoted.start() + 1, quoted.end() - 1
        shared = min(place.span.end, end) - max(place.span.start, start)
        if shared > (end - start) / 2 or (start <= place.span.start and place.span.end <= end):
            if text[end - 1] == ",":
                end -= 1
            return _moved(place, text, start, end)
    return _whole_report(question, place)


def _whole_report(question: str, place: Evidence) -> Evidence:
    """Return all that somebody "said that", if the question asks for it and a piece was read."""
    if not SAID_ABOUT.match(question) or len(place.quote.split()) > _PIECE_WORDS:
        return place
    text = place.hit.article.text
    first, last = sentence_around(text, place.span.start, place.span.end)
    reports = [report.end() for report in _REPORTS.finditer(text, first, place.span.start + 1)]
    start = max(reports, default=place.span.end)
    end = first + len(text[first:last].rstrip(" .!?\n"))
    whole = start <= place.span.start and place.span.end <= end
    return _moved(place, text, start, end) if whole else place


def _moved(place: Evidence, text: str, start: int, end: int) -> Evidence:
    span = Span(place.span.article_id, start, end, place.span.score)
    return replace(place, span=span, quote=text[start:end])


def _is_person(match: re.Match[str]) -> bool:
    return match.group().split()[0].lower() not in _NO_PERSON


def whole_sentences(evidence: Sequence[Evidence], passages: Sequence[str]) -> list[Evidence]:
    """Evidence for a yes-or-no question: each quote becomes the sentence it stands in.

    Whether that sentence says yes or no is for the person to read; the reader was not trained
    to tell.

    Args:
        evidence: Spans of any length.
        passages: The text of each one's passage.
    """
    widened = []
    for piece, passage in zip(evidence, passages, strict=True):
        origin = piece.hit.passage.start
        start, end = sentence_around(passage, piece.span.start - origin, piece.span.end - origin)
        span = Span(piece.span.article_id, origin + start, origin + end, piece.span.score)
        widened.append(replace(piece, span=span, quote=passage[start:end]))
    return widened
