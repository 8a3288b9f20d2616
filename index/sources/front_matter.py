"""The block of fields that site generators read in front of a text: YAML, TOML or JSON.

Single values are read as written, and lists of them. Tables and nulls are left out. A block that
its language refuses, as for a quotation mark that is not closed, is read line by line.
"""

import json
import re
import tomllib
from datetime import date
from typing import Any

from index.sources.head_fields import DATES, NAMES, TITLES

MAX_FRONT_MATTER = 64_000
"""The longest block that is read; the parser is slow."""

_LONGEST_HEAD = 2 * MAX_FRONT_MATTER
"""A block must end within so many characters, blank lines before it included."""

_BLOCK = re.compile(
    r"\s*+(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<block>.*?)\r?\n?(?<=\n)"
    r"(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_OPEN_BLOCK = re.compile(
    r"\s*+(?P<fence>---|\+\+\+)[ \t]*\r?\n"
    r"(?P<block>(?:[A-Za-z_][\w .-]{0,40}[:=][^\n]*\n|[ \t]+[^\s][^\n]*\n)++)(?=\r?\n)"
)
"""Fields below a fence that end with a blank line."""

_JSON_BLOCK = re.compile(r"\s*+\{[ \t]*\r?\n(?P<block>.*?\n)\}[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_JSON_START = re.compile(r'\s*+\{\s*+"')
_YAML_LINE = re.compile(r"\t?(?P<name>[A-Za-z_][\w .-]{0,40}?)[ \t]*:(?:[ \t]+(?P<value>.*))?")
_TOML_LINE = re.compile(r"[ \t]*(?P<name>[A-Za-z_][\w-]{0,40})[ \t]*=(?P<value>.*)")
_JSON_LINE = re.compile(r'[ \t]*"(?P<name>[^"]{1,40})"[ \t]*:(?P<value>.*?),?')
_BLOCK_VALUE = re.compile(r"[>|][+-]?")
_IDENTIFIER = re.compile(r"[a-z_][\w.-]*")
_NULL = "tag:yaml.org,2002:null"

Block = tuple[dict[str, str], int]


def read_front_matter(text: str) -> Block:
    """The fields of a block at the beginning of a text, by their names in lower case.

    Returns:
        The fields, and the offset behind the block; no fields and 0 if there is no block.
    """
    head = text[:_LONGEST_HEAD]
    fence = _BLOCK.match(head)
    if fence is None and _JSON_START.match(text):
        return _json(text)
    closed = fence is not None
    fence = fence or _OPEN_BLOCK.match(head)
    block = fence.group("block") if fence else ""
    if fence is None or len(block) > MAX_FRONT_MATTER:
        return {}, 0
    written = _toml(block) if fence.group("fence") == "+++" else _yaml(block)
    fields = {name.lower(): value for name, value in (written or {}).items()}
    # Other words with a colon may be prose between two rules.
    named = fields.keys() & (NAMES if closed else {*TITLES, *DATES})
    plain = closed and written is not None and all(map(_IDENTIFIER.fullmatch, written))
    return (fields, fence.end()) if named or plain else ({}, 0)


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
        named = [
            (name.value, value) for name, value in node.value if isinstance(name, yaml.ScalarNode)
        ]
        if any(_holds_field(block, value) for _, value in named):
            return _lines(block, _YAML_LINE)
        fields = {name: _yaml_value(name, value) for name, value in named}
        # An escape can name half of a character, which nothing after this could write down.
        "".join(filter(None, fields.values())).encode()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return _lines(block, _YAML_LINE)
    return {name: value for name, value in fields.items() if value is not None}


def _yaml_value(name: str, node: Any) -> str | None:  # noqa: ANN401 - yaml has no types
    if isinstance(node.value, str):
        return None if node.tag == _NULL else node.value
    if name.lower() in TITLES:
        return None
    is_list = node.tag.endswith(":seq")
    items = [_yaml_name(item) for item in (node.value if is_list else [node])]
    return ", ".join(filter(None, items)) if all(items) else None


def _yaml_name(node: Any) -> str:  # noqa: ANN401
    """The text of an item of a list, or the name of what an item tells of."""
    if isinstance(node.value, str):
        return str(node.value)
    pairs = node.value if node.tag.endswith(":map") else []
    names = (value.value for key, value in pairs if key.value == "name")
    return next((name for name in names if isinstance(name, str)), "")


def _holds_field(block: str, node: Any) -> bool:  # noqa: ANN401
    """Return whether a quotation that the mark of a later field closes has swallowed fields."""
    if not isinstance(node.value, str) or node.style not in ("'", '"'):
        return False
    lines = block[node.start_mark.index : node.end_mark.index].split("\n")[1:]
    names = (field.group("name").lower() for field in map(_YAML_LINE.match, lines) if field)
    return any(name in NAMES for name in names)


def _lines(block: str, pattern: re.Pattern[str]) -> dict[str, str] | None:
    """The fields of a block that its language refuses, one a line, as an unquoted `a: b: c`.

    Lines that are set in, and those that are no field, go on with the value above.
    """
    fields: dict[str, list[str]] = {}
    values: list[str] | None = None
    first_indent = ""
    for line in block.split("\n"):
        line = line.rstrip()
        if pattern is _TOML_LINE and line.startswith("["):
            break  # The fields of a table are another thing's.
        if not line or line.startswith(("#", "%")):
            continue
        field = pattern.fullmatch(line)
        indent = line[: len(line) - len(line.lstrip())]
        if field and (not fields or indent in (first_indent, "\t")):
            first_indent = first_indent if fields else indent
            value = (field.group("value") or "").strip()
            values = [] if _BLOCK_VALUE.fullmatch(value) else [value]
            fields.setdefault(field.group("name"), values)
        elif values is None:
            return None  # It begins with prose.
        else:
            values.append(line.strip())
    return {name: _joined(values) for name, values in fields.items()} or None


def _joined(values: list[str]) -> str:
    """The value of a field from its lines, without quotation marks, closed or not."""
    lines = [value for value in values if value]
    if lines and all(line.startswith("- ") for line in lines):
        return ", ".join(line[2:].strip("\"' ") for line in lines)
    value = " ".join(lines)
    for quote in ('"""', '"', "'"):
        inner = value.removeprefix(quote)
        if inner == value:
            continue
        if inner.endswith(quote):
            return inner.removesuffix(quote).removesuffix("\\")
        # A quotation that ends earlier is a part of the value.
        return value if re.search(rf"(?<!\\){quote}(?!\w)", inner) else inner
    return value


def _toml(block: str) -> dict[str, str] | None:
    try:
        return _values(tomllib.loads(block.replace("\r\n", "\n")))
    except (ValueError, RecursionError):
        return _lines(block, _TOML_LINE)


def _json(text: str) -> Block:
    try:
        # One character more than the limit, so that a longer block does not pass as complete.
        fields, end = json.JSONDecoder().raw_decode(text[: MAX_FRONT_MATTER + 1].lstrip())
        values = _values(fields) if isinstance(fields, dict) else {}
        "".join(values.values()).encode()
    except (ValueError, RecursionError):
        return _json_lines(text)
    end += len(text) - len(text.lstrip())
    rest = text[end : end + 2]
    # Hugo's blocks end their line; anything else that begins with a brace is text.
    lowered = {name.lower(): value for name, value in values.items()}
    return (lowered, end) if values and rest.lstrip(" \t\r").startswith("\n") else ({}, 0)


def _json_lines(text: str) -> Block:
    block = _JSON_BLOCK.match(text[:MAX_FRONT_MATTER])
    fields = block and _lines(block.group("block"), _JSON_LINE)
    if block is None or not fields:
        return {}, 0
    single = {
        name.lower(): value for name, value in fields.items() if not value.startswith(("[", "{"))
    }
    return (single, block.end()) if single.keys() & {*TITLES, *DATES} else ({}, 0)


def _values(fields: dict[str, Any]) -> dict[str, str]:
    """The single values, lists of text, and what has a name, by the names of their fields."""
    values: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, list | dict):
            items = [
                item.get("name") if isinstance(item, dict) else item
                for item in (value if isinstance(value, list) else [value])
            ]
            texts = [item for item in items if isinstance(item, str)]
            if texts and len(texts) == len(items) and name.lower() not in TITLES:
                values[name] = ", ".join(texts)
        elif isinstance(value, str | int | float | date) and not isinstance(value, bool):
            values[name] = value.isoformat() if isinstance(value, date) else str(value)
    return values
