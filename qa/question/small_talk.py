"""Replies to small talk: "hello", "what can you do?". Pure."""

import re

WORDS = "Ask about the articles: an answer is a quotation from them, with the place it stands."
EMPTY = "There are no articles yet. Add some, and ask about what they say."

_GREETING = (
    r"hi|hello|hey|hiya|howdy|greetings|good\s+(?:morning|afternoon|evening|day)|thanks|"
    r"thank\s+you|thx|cheers|bye|goodbye|good\s+bye|see\s+you|help|ok|okay|great|perfect|"
    r"got\s+it|i\s+see|that\s+helps|nice\s+to\s+meet\s+you|have\s+a\s+(?:nice|good|great)\s+day"
)
_POLITELY = (
    r"there|all|everyone|everybody|folks|you|bot|friend|please|very\s+much|so\s+much|"
    r"a\s+lot|me|again|now|to\s+you|later|for\s+(?:that|the\s+(?:help|answer|info))|"
    r"for\s+your\s+(?:help|time|answer)"
)
# Nothing with "it" or "this", which may stand for what was talked about.
_ABOUT_US = (
    r"what\s+can\s+(?:you\s+(?:do|tell\s+me|answer|help(?:\s+me)?\s+with)|i\s+ask|i\s+do\s+here)"
    r"(?:\s+(?:here|you|about|for\s+me))*"
    r"|what\s+(?:questions?|(?:kind|sort)s?\s+of\s+questions?)\s+can\s+(?:you\s+answer|i\s+ask)"
    r"(?:\s+(?:here|you))*"
    r"|what\s+(?:do|are)\s+you(?:\s+(?:do|know|for))?"
    r"|who\s+are\s+you|how\s+do\s+you\s+work|how\s+do\s+i\s+use\s+(?:this|you)"
    r"|how\s+are\s+you(?:\s+(?:doing|today))*"
    r"|(?:can|could)\s+you\s+help(?:\s+me)?"
)
# The whole of it, so that "Hello Kitty was created by whom" and "who says hello" are questions.
_SMALL_TALK = re.compile(
    rf"\W*(?:(?:{_GREETING})\b(?:[\s,]+(?:{_POLITELY})\b)*\W*)*(?:(?:{_ABOUT_US})\b\W*)?",
    re.IGNORECASE,
)


def is_small_talk(question: str) -> bool:
    """Return whether all of a text greets, thanks, or asks how this works.

    What has no words at all is not small talk.
    """
    return bool(re.search(r"\w", question)) and _SMALL_TALK.fullmatch(question) is not None
