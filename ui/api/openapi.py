"""The description of the API for programs, with what FastAPI does not know of it."""

from typing import Any

from fastapi import FastAPI

_OPEN = {"health"}
"""Operations that need no key."""

_TAGS = [
    {"name": "questions", "description": "Answers and passages."},
    {"name": "articles", "description": "One article at a time, and the list of all."},
    {"name": "jobs", "description": "Many articles at once, from files and addresses."},
    {"name": "collections", "description": "Apart from each other, each with articles of its own."},
    {"name": "server", "description": "Whether it is up, and what it does."},
]
_SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "The key of `article-qa serve --api-key`; nothing where there is none.",
    },
    "keyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key.",
    },
    "password": {
        "type": "http",
        "scheme": "basic",
        "description": "Name and password of `article-qa serve --auth`.",
    },
}


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, made once."""
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        schema["tags"] = _TAGS
        schema["components"]["securitySchemes"] = _SCHEMES
        for methods in schema["paths"].values():
            for operation in methods.values():
                if operation["operationId"] not in _OPEN:
                    # Any of them, or none where the server asks for none.
                    operation["security"] = [{name: []} for name in _SCHEMES] + [{}]
        app.openapi_schema = schema
    return app.openapi_schema
