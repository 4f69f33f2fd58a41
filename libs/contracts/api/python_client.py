"""A Python client of the whole platform, generated from its API document: `make clients`.

One method for each operation, named by its `operationId`; requests and answers are typed dictionaries. What is
generated needs nothing but Python.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
HEAD = '''\
"""GENERATED from the platform's API document: one method for each operation."""

from __future__ import annotations

import json
import uuid
from typing import Any, Literal, NotRequired, Required, TypedDict
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 60


class RefusedError(Exception):
    """The platform said no: `code` is one of those that the operation names, `problem` explains it."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('title')}")
        self.status, self.problem, self.code = status, problem, str(problem.get("code"))


def _problem(error: HTTPError) -> dict[str, Any]:
    """Return what was said; who stands between us and the platform may answer in words of its own."""
    try:
        told = json.loads(error.read())
    except ValueError:
        told = {}
    return told if isinstance(told, dict) else {}

'''
CLIENT = '''

class Client:
    """The platform, as one person (or as nobody, without a token) sees it."""

    def __init__(self, url: str, token: str | None = None, language: str = "en") -> None:
        self._url, self._token, self._language = url.rstrip("/"), token, language

    def _call(
        self, method: str, path: str, query: dict[str, Any], headers: dict[str, str | None], body: Any = None
    ) -> Any:
        told = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
        sent = {name: value for name, value in headers.items() if value is not None}
        sent["Accept-Language"] = self._language
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self._url}{path}" + (f"?{told}" if told else "")
        try:
            with urlopen(Request(url, content, sent, method=method), timeout=TIMEOUT_SECONDS) as answer:
                data, kind = answer.read(), answer.headers.get_content_type()
        except HTTPError as error:
            raise RefusedError(error.code, _problem(error)) from None
        if kind == "application/json":
            return json.loads(data)
        return data.decode() if kind.startswith("text/") else data
'''


def generate(document: Document) -> str:
    """Return the source of the client."""
    schemas = document["components"]["schemas"]
    types = "".join(_typed(name, schema) for name, schema in sorted(schemas.items()))
    methods = "".join(_method(document, *operation) for operation in _operations(document))
    return f"{HEAD}\n{types}{CLIENT}{methods}"


def _operations(document: Document) -> Iterator[tuple[str, str, Document, list[Document]]]:
    for path, described in document["paths"].items():
        for method in METHODS:
            if method in described:
                shared = described.get("parameters", [])
                own = described[method].get("parameters", [])
                parameters = [_resolved(document, parameter) for parameter in [*shared, *own]]
                yield path, method, described[method], parameters


def _typed(name: str, schema: Document) -> str:
    if "properties" not in schema:
        return f"{_class(name)} = {_type(schema)}\n"
    needed = schema.get("required", [])
    members = "".join(
        f"        {key!r}: {'Required' if key in needed else 'NotRequired'}[{_type(member)!r}],\n"
        for key, member in schema["properties"].items()
    )
    return f"{_class(name)} = TypedDict(\n    {_class(name)!r},\n    {{\n{members}    }},\n)\n"


def _class(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W", name))


def _type(schema: Document) -> str:
    """Return the type of a schema, as an annotation."""
    if "$ref" in schema:
        return _class(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(choice) for choice in schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(word) for word in schema['enum'])}]"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(dict.fromkeys(_plain(schema, kind) for kind in kinds)) or "Any"


def _plain(schema: Document, kind: str) -> str:
    if kind == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties", {})
        return f"dict[str, {_type(values) if isinstance(values, Mapping) else 'Any'}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}[kind]


def _method(document: Document, path: str, method: str, operation: Document, parameters: list[Document]) -> str:
    by_place = {
        place: [parameter for parameter in parameters if parameter["in"] == place]
        for place in ("path", "query", "header")
    }
    arguments = ["self", *(f"{_argument(part['name'])}: {_type(part['schema'])}" for part in by_place["path"])]
    body = _content(operation.get("requestBody", {}))
    is_file = body is None and "requestBody" in operation
    arguments += [f"body: {_type(body)}"] if body is not None else []
    arguments += ["body: bytes", "content_type: str"] if is_file else []
    named = [_named(parameter) for parameter in [*by_place["query"], *by_place["header"]]]
    arguments += ["*", *sorted(named, key=lambda argument: "=" in argument)] if named else []
    query = ", ".join(f"{part['name']!r}: {_argument(part['name'])}" for part in by_place["query"])
    fixed = [f"{part['name']!r}: {_header(part)}" for part in by_place["header"]]
    headers = ", ".join([*fixed, *(["'Content-Type': content_type"] if is_file else [])])
    filled = re.sub(r"{(\w+)}", lambda part: f"{{quote({_argument(part[1])}, safe='/')}}", path)
    call = (
        f"self._call({method.upper()!r}, f{filled!r}, {{{query}}}, {{{headers}}}{', body' if body or is_file else ''})"
    )
    return (
        f"\n    def {operation['operationId']}({', '.join(arguments)}) -> {_answer(document, operation)}:\n"
        f"        {json.dumps(operation['summary'], ensure_ascii=False)}\n"
        f"        return {call}\n"
    )


def _named(parameter: Document) -> str:
    name = _argument(parameter["name"])
    needed = parameter.get("required") and parameter["name"] != "Idempotency-Key"
    kind = _type(parameter["schema"])
    return f"{name}: {kind}" if needed else f"{name}: {kind} | None = None"


def _header(parameter: Document) -> str:
    """Return the value of a header; a command that nobody named gets a name of its own."""
    name = _argument(parameter["name"])
    return f"{name} or str(uuid.uuid4())" if parameter["name"] == "Idempotency-Key" else name


def _argument(name: str) -> str:
    plain = name.lower().replace("-", "_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _answer(document: Document, operation: Document) -> str:
    good = [_resolved(document, answer) for status, answer in operation["responses"].items() if status.startswith("2")]
    kinds = [_type_of_content(kind, told) for answer in good for kind, told in answer.get("content", {}).items()]
    return " | ".join(dict.fromkeys(kinds)) or "str"


def _type_of_content(kind: str, told: Document) -> str:
    if kind == "application/json":
        return _type(told["schema"])
    return "str" if kind.startswith("text/") else "bytes"


def _content(part: Document) -> Document | None:
    schema: Document | None = part.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _resolved(document: Document, part: Document) -> Document:
    while "$ref" in part:
        target: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part
