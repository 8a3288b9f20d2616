"""The API's documentation as one plain page: no script, nothing from elsewhere."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8886; padding: .5rem 0 1rem; }
h2 { margin: 1rem 0 .2rem; font-size: 1.05rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; background: #8881; padding: .7rem; border-radius: 6px; }
.method { display: inline-block; min-width: 4.2em; font-weight: 700; }
td, th { text-align: left; padding: .1rem .8rem .1rem 0; vertical-align: top; }
"""


def docs_page(schema: dict[str, Any]) -> str:
    """The page for an OpenAPI schema."""
    sections = "".join(_operations(schema))
    models = schema.get("components", {}).get("schemas", {})
    shown = "".join(
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2>'
        f"<p>{escape(model.get('description', ''))}</p>{_fields(model)}</section>"
        for name, model in models.items()
        if "properties" in model
    )
    title = escape(schema["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<main><h1>{title} API</h1><p>{escape(schema['info'].get('summary', ''))} "
        '<a href="openapi.json">openapi.json</a></p>'
        f"{sections}<h1>Objects</h1>{shown}</main></body></html>"
    )


def _operations(schema: dict[str, Any]) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            takes = f"<p>Takes {_type(body['schema'])}.</p>" if body else ""
            rows = "".join(
                f"<tr><th><code>{escape(each['name'])}</code></th><td>{escape(each['in'])}</td>"
                f"<td>{escape(each.get('description', ''))}</td></tr>"
                for each in operation.get("parameters", ())
            )
            answers = "".join(
                f"<tr><th>{escape(status)}</th><td>{escape(each.get('description', ''))}</td></tr>"
                for status, each in operation["responses"].items()
            )
            yield (
                f'<section><h2><span class="method">{method.upper()}</span> '
                f"<code>{escape(path)}</code></h2>"
                f"<p>{escape(operation.get('description', ''))}</p>{takes}"
                f"<table>{rows}</table><details><summary>Replies</summary>"
                f"<table>{answers}</table></details></section>"
            )


def _fields(model: dict[str, Any]) -> str:
    required = set(model.get("required", ()))
    rows = "".join(
        f"<tr><th><code>{escape(name)}</code></th><td>{_type(field)}"
        f"{'' if name in required else ', optional'}</td>"
        f"<td>{escape(field.get('description', ''))}{_example(field)}</td></tr>"
        for name, field in model["properties"].items()
    )
    return f"<table>{rows}</table>"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = escape(field["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in field:
        return " or ".join(_type(each) for each in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    return escape(str(field.get("format") or field.get("type") or "any"))


def _example(field: dict[str, Any]) -> str:
    examples = field.get("examples")
    return f" Example: <code>{escape(json.dumps(examples[0]))}</code>" if examples else ""
