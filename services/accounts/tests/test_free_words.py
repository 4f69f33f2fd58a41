"""What somebody wrote in their own words is kept where erasure reaches it, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.accounts.tests.platform import Document, Platform, must

FORMS = {"uuid", "date", "date-time"}
NO_WORDS = {
    "access_token": "a token; signing in is no command and keeps nothing",
    "refresh_token": "as above",
    "token_type": "as above",
    "code": "a code of ours",
    "latitude": "a number; forgotten with the person",
    "longitude": "a number; forgotten with the person",
    "phone_number": "stars and four digits; forgotten with the person",
    "name_zh": "what a unit or a group is called in public",
    "name_en": "as above",
    "preset": "a city's name in the rule book",
    "roles_to_decide": "roles",
    "parameters": "a district's rules",
    "set": "a district's rules",
    "import_people.reason": "a code; the answer is read anew and not kept",
    "import_people.refused": "codes; the answer is read anew and not kept",
    "import_people.persons": "ids; the answer is read anew and not kept",
}
"""Texts of a command's answer that nobody wrote in their own words, and why each may be there."""


@pytest.fixture(scope="module")
def document(shared_platform: Platform) -> Document:
    """The API document."""
    return must(shared_platform.client.get("/openapi.json"))


def test_a_command_answers_no_words_of_anybody(document: Document) -> None:
    """A command's answer is kept to be given again: a new text in one must say here why it is nobody's words."""
    texts = {text for operation in _commands(document) for text in _texts_of(document, operation)}

    assert len(texts) > 50
    assert {text for text in texts if not {text, text.rpartition(".")[2]} & set(NO_WORDS)} == set()


def _commands(document: Document) -> Iterator[Document]:
    for operations in document["paths"].values():
        yield from (operations[method] for method in operations.keys() & {"put", "post", "delete", "patch"})


def _texts_of(document: Document, operation: Document) -> Iterator[str]:
    """Yield the texts and open objects that a command may answer, as `operation.field`."""
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values() if status.startswith("2") else ():
            yield from _texts(document, content["schema"], operation["operationId"], operation["operationId"])


def _texts(document: Document, schema: Document, operation: str, name: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds: Any = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    for part in [*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("oneOf", ())]:
        yield from _texts(document, part, operation, name)
    for inner, of in schema.get("properties", {}).items():
        yield from _texts(document, of, operation, inner)
    if "array" in kinds:
        yield from _texts(document, schema["items"], operation, name)
    is_text = "string" in kinds and "enum" not in schema and schema.get("format") not in FORMS
    if is_text or ("object" in kinds and "properties" not in schema):
        yield f"{operation}.{name}"
