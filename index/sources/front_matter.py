"""The block of fields that site generators read in front of a text: YAML, TOML or JSON.

Only fields with a single value are read, as written; lists, tables and nulls are left out.
"""

import json
import re
import tomllib
from datetime import date
from typing import Any

MAX_FRONT_MATTER = 64_000
"""The longest block that is read; the parser is slow."""

_LONGEST_HEAD = 2 * MAX_FRONT_MATTER
"""A block must end within so many characters, blank lines before it included."""

_BLOCK = re.compile(
    r"\s*+(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<block>.*?)\r?\n?(?<=\n)"
    r"(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_JSON_START = re.compile(r'\s*+\{\s*+"')
_LINE = re.compile(r"^([A-Za-z_][\w .-]{0,40}?)[ \t]*:(?:[ \t]+(.*?))?[ \t]*\r?$", re.MULTILINE)
_BLOCK_VALUE = re.compile(r"[>|][+-]?")
_SET_IN = re.compile(r"(?:\n[ \t]+[^\n]*)+")
_NULL = "tag:yaml.org,2002:null"

Block = tuple[dict[str, str], int]


def read_front_matter(text: str) -> Block:
    """The fields of a block at the beginning of a text, by their names in lower case.

    Returns:
        The fields, and the offset behind the block; no fields and 0 if there is no block.
    """
    fence = _BLOCK.match(text[:_LONGEST_HEAD])
    if fence is None:
        return _json(text) if _JSON_START.match(text) else ({}, 0)
    block = fence.group("block")
    if len(block) > MAX_FRONT_MATTER:
        return {}, 0
    fields = _toml(block) if fence.group("fence") == "+++" else _yaml(block)
    return (fields, fence.end()) if fields is not None else ({}, 0)


def _yaml(block: str) -> dict[str, str] | None:
    import yaml

    try:
        # Parsed to nodes only, which are as many as were written. The values that YAML constructs
        # from them can be larger by any factor (aliases of aliases), and fail in ways of their own.
        node = yaml.compose(block, Loader=yaml.SafeLoader)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            return None
        fields = {
            name.value.lower(): value.value
            for name, value in node.value
            if isinstance(name, yaml.ScalarNode)
            and isinstance(value, yaml.ScalarNode)
            and value.tag != _NULL
        }
        # An escape can name half of a character, which nothing after this could write down.
        "".join(fields.values()).encode()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return _lines(block)
    return fields


def _lines(block: str) -> dict[str, str] | None:
    """The fields of a block with a line that is not valid YAML, as an unquoted `a: b: c`."""
    fields: dict[str, str] = {}
    for line in _LINE.finditer(block):
        value = line.group(2) or ""
        if _BLOCK_VALUE.fullmatch(value):
            lines = _SET_IN.match(block, line.end())
            value = " ".join(lines.group().split()) if lines else ""
        if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1:
            value = value[1:-1]
        fields.setdefault(line.group(1).lower(), value)
    return fields or None


def _toml(block: str) -> dict[str, str] | None:
    try:
        return _values(tomllib.loads(block.replace("\r\n", "\n")))
    except (ValueError, RecursionError):
        return None


def _json(text: str) -> Block:
    try:
        # One character more than the limit, so that a longer block does not pass as complete.
        fields, end = json.JSONDecoder().raw_decode(text[: MAX_FRONT_MATTER + 1].lstrip())
        values = _values(fields) if isinstance(fields, dict) else {}
        "".join(values.values()).encode()
    except (ValueError, RecursionError):
        return {}, 0
    end += len(text) - len(text.lstrip())
    rest = text[end : end + 2]
    # Hugo's blocks end their line; anything else that begins with a brace is text.
    return (values, end) if values and rest.lstrip(" \t\r").startswith("\n") else ({}, 0)


def _values(fields: dict[str, Any]) -> dict[str, str]:
    return {
        name.lower(): value.isoformat() if isinstance(value, date) else str(value)
        for name, value in fields.items()
        if isinstance(value, str | int | float | date) and not isinstance(value, bool)
    }
