"""Faults of fields, in words that a person understands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_MOST = 5

_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is no field that is known here",
    "json_invalid": lambda _: "is not JSON",
    "model_attributes_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "dict_type": lambda _: "must be an object",
    "list_type": lambda _: "must be a list",
    "string_type": lambda _: "must be text",
    "string_unicode": lambda _: "holds half a character, which is no text",
    "string_too_short": lambda limits: _at_least(limits["min_length"], "character"),
    "string_too_long": lambda limits: f"may have at most {limits['max_length']:,} characters",
    "too_short": lambda limits: _at_least(limits["min_length"], "item"),
    "too_long": lambda limits: f"may have at most {limits['max_length']:,} items",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "greater_than_equal": lambda limits: f"must be {limits['ge']:,} or more",
    "less_than_equal": lambda limits: f"must be {limits['le']:,} or less",
    "string_pattern_mismatch": lambda _: "has a character that is not allowed there",
}
_DAY = "must be a day of the form YYYY-MM-DD"


def in_words(errors: Sequence[Mapping[str, Any]], *, inside: int = 0) -> str:
    """One line for what Pydantic found.

    Args:
        errors: Its errors.
        inside: How many parts of each place to leave out: for a request, "body" or "query".

    Example:
        >>> in_words([{"type": "missing", "loc": ("body", "history", 0, "question")}], inside=1)
        'history[0].question: is missing'
    """
    lines = [f"{_field(error['loc'][inside:])}: {_what(error)}" for error in errors[:_MOST]]
    if len(errors) > _MOST:
        lines.append(f"and {len(errors) - _MOST} more")
    return "; ".join(dict.fromkeys(lines))


def _what(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind.startswith("date_"):
        return _DAY
    words = _WORDS.get(kind)
    return words(error.get("ctx", {})) if words else str(error["msg"]).lower()


def _field(place: Sequence[str | int]) -> str:
    name = ""
    for part in place:
        if isinstance(part, int):
            # Where it is not an item of a list, it is the character at which JSON breaks off.
            name += f"[{part}]" if name else ""
        else:
            name += f".{part}" if name else part
    return name or "body"


def _at_least(count: int, what: str) -> str:
    return "may not be empty" if count == 1 else f"must have {count:,} {what}s or more"
