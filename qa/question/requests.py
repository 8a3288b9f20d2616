"""Requests that no quotation fulfils: a summary, a count, a translation; other languages. Pure.

All of it is told by its form alone, from its beginning: "Summarise the report" asks for a summary,
"Who summarised the report?" is a question about it.
"""

import re
import unicodedata
from typing import Literal

Request = Literal["summary", "count", "translation", "other language"]

_POLITELY = (
    r"\W*(?:(?:hi|hello|hey|ok|okay|and|but|so|now|then|please|just|kindly|(?:can|could|will|would)"
    r"\s+you|i(?:['’]d|\s+would)\s+like(?:\s+you)?(?:\s+to)?|i\s+(?:want|need)(?:\s+you)?(?:\s+to)?"
    r"|let\s+me\s+have|may\s+i\s+have|can\s+i\s+(?:have|get)|help\s+me(?:\s+to)?|try\s+to)\b[\s,]*)*"
)
_GIVE = (
    r"(?:(?:give|write|make|show|tell|send|get|provide|produce|create|prepare|draft)"
    r"\s+(?:me\s+|us\s+)?)?"
)
_THE_ARTICLES = (
    r"(?:the|these|those|all|your|my|this|our)\s+(?:\w+\s+)?(?:articles?|texts?|documents?|files?"
    r"|stories|news|collection|corpus|library|sources?|reports?)"
)
_SUMMARY = re.compile(
    _POLITELY + r"(?:"
    r"(?:summari[sz]e|sum\s+(?:it\s+|this\s+|that\s+|them\s+|everything\s+)?up|paraphrase|recap|condense"
    r"|tl;?dr)\b"
    rf"|{_GIVE}(?:an?|the|one|some)?\s*(?:(?:short|brief|quick|concise|general|one-\w+|\w+-sentence"
    r"|executive|high-level)\s+)*(?:summary|summaries|overview|synopsis|gist|recap|abstract"
    r"|digest|tl;?dr|précis|main\s+points|key\s+points|bullet\s+points|key\s+takeaways|takeaways)"
    r"\s*(?:$|[.!?]|\b(?:of|on|about|for|from|please)\b)"
    r"|what(?:['’]s|\s+is|\s+are)\s+the\s+(?:gist|tl;?dr|main\s+points?|key\s+points?|key\s+takeaways?"
    r"|summary)\s*(?:$|[.!?]|\b(?:of|in|from)\b)"
    rf"|what\s+(?:is|are|do|does)\s+{_THE_ARTICLES}\s+(?:all\s+)?(?:about|say|cover)\W*$"
    r")",
    re.IGNORECASE,
)
_COUNT = re.compile(
    _POLITELY + r"(?:"
    r"count\s+(?:the|all|how|every|up|each)\b"
    r"|(?:(?:tell|show)\s+me\s+)?how\s+many\s+(?:of\s+the\s+|of\s+these\s+|of\s+your\s+)?(?:different\s+|other\s+)?"
    r"(?:articles?|documents?|passages?|files?)\s+"
    r"(?:mention\w*|talk\w*|discuss\w*|refer\w*|speak\w*|deal\w*|say|report\s+on|name|are\s+(?:about|on"
    r"|there(?=\W*$)|there\s+(?:about|on)\b|(?:there\s+)?in\s+(?:the|this|your|my)\s+(?:collection"
    r"|corpus|library|database|index))|do\s+you\s+(?:have|know)|have\s+you|contain\s+the\s+word)\b"
    r"|in\s+how\s+many\s+(?:of\s+the\s+)?(?:articles?|documents?|passages?|files?|texts?)\b"
    r"|how\s+(?:often|many\s+times)\s+(?:is|are|was|were|has|have|does|do|did)\b.*\b(?:mentioned|cited"
    r"|named\s+in\s+the\s+articles?)\W*(?:(?:in|by)\s+(?:" + _THE_ARTICLES + r"|total|all)\W*)?$"
    r"|how\s+(?:often|many\s+times)\s+(?:does|do|is)\s+the\s+(?:word|name|term|phrase)\b.*\b(?:used"
    rf"|appear|occur|come\s+up)\W*(?:in\s+{_THE_ARTICLES}\W*)?$"
    rf"|how\s+(?:often|many\s+times)\s+(?:does|do)\b.*\b(?:appear|occur)\w*\s+in\s+{_THE_ARTICLES}"
    rf"|(?:what(?:['’]s|\s+is)\s+the\s+)?number\s+of\s+(?:articles|documents|texts|passages)\b"
    r")",
    re.IGNORECASE,
)
_LANGUAGE = (
    r"(?:arabic|bengali|bulgarian|catalan|chinese|croatian|czech|danish|dutch|english|estonian"
    r"|finnish|french|german|greek|hebrew|hindi|hungarian|indonesian|irish|italian|japanese|korean"
    r"|latin|latvian|lithuanian|mandarin|norwegian|persian|polish|portuguese|romanian|russian"
    r"|serbian|slovak|spanish|swahili|swedish|thai|turkish|ukrainian|urdu|vietnamese|welsh)"
)
_TRANSLATION = re.compile(
    _POLITELY + r"(?:"
    r"translate\b"
    rf"|{_GIVE}(?:an?|the|some)?\s*(?:{_LANGUAGE}\s+)?translation\s*(?:$|[.!?]|\b(?:of|into|for)\b)"
    rf"|(?:answer|reply|respond|say|write|repeat|tell|put|give)\b.*\b(?:in|into)\s+{_LANGUAGE}\W*"
    r"(?:please\W*)?$"
    rf"|in\s+{_LANGUAGE}\W*(?:please\W*)?$"
    r")",
    re.IGNORECASE,
)

_WORD = re.compile(r"[^\W\d_]+")
# A question with one of these is in English; those that other languages have, too, are not here.
_ENGLISH = frozenset(
    """
    the of and who whom whose what which when where why how is are were did does has have had can
    could will would should with from about this that these those for by if than then they their
    be or been still often there she he his her its it you your we our not many much tell after
    before between during since until into
    """.split()
)
# Those that no English query begins with say enough; the others need a second word beside them.
_ASKING = frozenset(
    """
    wer wann warum wieso weshalb woher wohin welche welcher welches welchen wem wen wessen wieviel
    wieviele pourquoi combien quand quoi qu quel quelle quels quelles quién quien quiénes cuándo
    cuando cuánto cuántos cuántas cuanto cuantos cuantas cuál cuáles cuales dónde donde cómo qué
    perché quando chi quanto quanti quante dove quale quali cosa quem quantos quantas onde qual
    quais waarom wanneer hoeveel welke hvem hvornår hvorfor hvordan hvad hvor hva vem när varför
    vad vilken vilket vilka hur kto kiedy gdzie dlaczego ile jaki jaka jakie który która kdo kdy kde
    proč kolik jaký kuka mitä missä milloin miksi kuinka ki mikor hol miért mennyi nerede neden
    nasıl kaç siapa kapan dimana mengapa bagaimana cine când unde
    """.split()
)
_WEAK_ASKING = frozenset("wo wie que qui où ou com como come che wat waar hoe co jak mi".split())
_NAMES_TOO = frozenset("chi ki hol wen ile hur onde dove qual quanto quando cosa".split())
_FUNCTION = frozenset(
    """
    der die das den dem des ein eine einen ist sind war waren hat haben hatte wurde wurden wird und
    nicht mit von zu im am für auf le la les un une des du est sont était a été ont il elle ils dans
    pour sur avec en au aux el los las una es son fue fueron era ha han hay del al con por para se
    lo gli i della dello dei delle di è sono stato stata nel nella o os as um uma foi são no na da
    do dos das het een van zijn werd heeft is de den det en ett är var som på av et er og til jest
    był była w na z się je byl v se bir ve hij zij kamen viele lange gross alt heißt heisst macht
    dijo hizo nació nacio murió murio dit fait
    ich du wir ihr mir dir ihm ihn uns euch kannst können könnt könnten bitte viel je tu vous nous
    peux peut pouvez moi puedes puede podría usted puoi può mi jullie kunt kunnen kun ik u mij
    dirmi dimmi
    """.split()
)
_GERMAN_VERBS = frozenset(
    "ist sind war waren hat haben hatte wurde wird macht machte sagt bedeutet passierte".split()
)
_ENOUGH = 3
"""So many small words of other languages, and none of English, are in another language."""

_OPENING = frozenset(
    "ist sind war hat haben wurde wird gibt kann est peut existe es fue hay heeft".split()
)


def request_of(question: str) -> Request | None:
    """The kind of a request that no quotation can fulfil; None for a question.

    Example:
        >>> request_of("Please summarise the article"), request_of("Wer hat den Brief geschrieben?")
        ('summary', 'other language')
        >>> request_of("Who translated the letter?") is None
        True
    """
    if _SUMMARY.match(question):
        return "summary"
    if _TRANSLATION.match(question):
        return "translation"
    if _COUNT.match(question):
        return "count"
    return "other language" if _is_in_another_language(question) else None


def _is_in_another_language(question: str) -> bool:
    """Return whether a question is surely not in English; a few bare names are in no language."""
    if _in_another_script(question):
        return True
    words = [
        word.group(0).lower() for word in _WORD.finditer(unicodedata.normalize("NFC", question))
    ]
    if len(words) < 2 or not _ENGLISH.isdisjoint(words):
        return False
    others = sum(word in _FUNCTION for word in words)
    # "In welchem Jahr", "A quelle heure", "¿En qué año?": a preposition may come first.
    begins = words[:2]
    asking = [word for word in begins if word in _ASKING or word.startswith("welch")]
    if "¿" in question:
        return True
    small = _FUNCTION | _WEAK_ASKING | _ASKING
    written = [word.group(0) for word in _WORD.finditer(question)]
    # "Kannst du mir sagen, wie ...?", but not the bare names "Van der Bellen en Kurz?".
    many = sum(word in small for word in [*words[:1], *written[1:]]) >= _ENOUGH
    says_more = any(w.islower() and len(w) > 2 and w not in small for w in written[1:])
    if many and says_more and question.rstrip().endswith("?"):
        return True
    if asking and words[0] == asking[0] and asking[0] not in _NAMES_TOO:
        return True
    if words[0] == "was":
        return words[1] in _GERMAN_VERBS
    if asking or not _WEAK_ASKING.isdisjoint(begins):
        return others - (words[0] in _FUNCTION and words[0] in _WEAK_ASKING) >= 1
    return words[0] in _OPENING and others >= 2 and question.rstrip().endswith("?")


def _in_another_script(question: str) -> bool:
    """Return whether the most of its letters are not Latin."""
    letters = [letter for letter in question if letter.isalpha()]
    latin = sum(
        unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH")) for letter in letters
    )
    return bool(letters) and 2 * latin < len(letters)
