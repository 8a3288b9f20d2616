"""The API's documentation as one page where it can be tried, with nothing from elsewhere."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

_SCRIPT = (Path(__file__).resolve().parent / "docs_page.js").read_text()

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8886; padding: .5rem 0 1rem; }
h2 { margin: 1rem 0 .2rem; font-size: 1.05rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; background: #8881; padding: .7rem; border-radius: 6px; }
form { margin: .6rem 0; display: grid; gap: .5rem; max-width: 40rem; }
form label, .key label { display: grid; gap: .15rem; font-size: .9em; }
input, textarea, button { font: inherit; font-size: .95em; padding: .35rem .5rem; color: inherit; }
textarea { font-family: ui-monospace, monospace; min-height: 6.5rem; }
button { justify-self: start; cursor: pointer; }
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
        '<p class="key"><label>Key, where the server asks for one (sent as Authorization: Bearer) '
        '<input id="key" type="password" autocomplete="off"></label></p>'
        f"{sections}<h1>Objects</h1>{shown}</main><script>{_SCRIPT}</script></body></html>"
    )


def _operations(schema: dict[str, Any]) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {})
            takes = f"<p>Takes {_type(body['schema'])}.</p>" if body else ""
            rows = "".join(
                f"<tr><th><code>{escape(parameter['name'])}</code></th>"
                f"<td>{escape(parameter['in'])}</td>"
                f"<td>{escape(parameter.get('description', ''))}</td></tr>"
                for parameter in operation.get("parameters", ())
            )
            answers = "".join(
                f"<tr><th>{escape(status)}</th><td>{escape(reply.get('description', ''))}</td></tr>"
                for status, reply in operation["responses"].items()
            )
            yield (
                f'<section><h2><span class="method">{method.upper()}</span> '
                f"<code>{escape(path)}</code></h2>"
                f"<p>{escape(operation.get('description', ''))}</p>{takes}"
                f"<table>{rows}</table>{_form(schema, path, method, operation)}"
                f"<details><summary>Replies</summary><table>{answers}</table></details></section>"
            )


def _form(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    """The form that sends the request from this page and shows the reply."""
    fields = "".join(
        f'<label>{escape(parameter["name"])}<input data-in="{escape(parameter["in"])}" '
        f'name="{escape(parameter["name"])}"'
        f"{' required' if parameter.get('required') else ''}></label>"
        for parameter in operation.get("parameters", ())
    )
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        fields += '<label>files<input type="file" name="files" multiple></label>'
    if "application/json" in content:
        example = json.dumps(_sample(schema, content["application/json"]["schema"]), indent=2)
        fields += f'<label>Body<textarea name="body">{escape(example)}</textarea></label>'
    return (
        f'<details><summary>Try it</summary><form data-path="{escape(path)}" '
        f'data-method="{method.upper()}">{fields}<button>Send</button>'
        '<pre role="status" hidden></pre></form></details>'
    )


def _sample(schema: dict[str, Any], field: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Something that could be sent: the examples of a field, or of those that are required."""
    if examples := field.get("examples"):
        return examples[0]
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1]
        return _sample(schema, schema["components"]["schemas"][name])
    for kinds in (field.get("oneOf"), field.get("anyOf")):
        if kinds:
            return _sample(schema, kinds[0])
    if "properties" in field:
        required = set(field.get("required", ()))
        return {
            name: _sample(schema, inner)
            for name, inner in field["properties"].items()
            if name in required or inner.get("examples")
        }
    simple: dict[str, Any] = {"array": [], "integer": 1, "boolean": False, "null": None}
    return simple.get(str(field.get("type")), "")


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
    for kinds in (field.get("oneOf"), field.get("anyOf")):
        if kinds:
            return " or ".join(_type(kind) for kind in kinds)
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    return escape(str(field.get("format") or field.get("type") or "any"))


def _example(field: dict[str, Any]) -> str:
    examples = field.get("examples")
    return f" Example: <code>{escape(json.dumps(examples[0]))}</code>" if examples else ""
