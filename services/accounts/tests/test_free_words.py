"""What somebody wrote in their own words is kept where erasure reaches it, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import pytest

from libs.contracts.timebank.accounts.v1 import events_pb2
from libs.programme.proposals import WORDS_OF
from services.accounts.core.schemas import FREE_WORDS
from services.accounts.core.store.tables import metadata
from services.accounts.tests.platform import Document, Platform, must

TEXT_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'json', 'ARRAY', 'character varying')"""
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
    "key_id": "the thumbprint of a device's key",
    "secret": "a token; asking to be signed in is no command and keeps a digest",
    "approval": "as above",
    "number": "drawn by chance, to compare two screens",
    "ticket": "a token; proving a number is no command and keeps nothing",
    "uri": "a secret of ours; setting a second factor up is no command and keeps nothing of its answer",
    "recovery_codes": "as above",
    "show_own_application.unit_name": "what a unit is called in public",
    "note_call.zh": "a sentence of ours, which names nobody",
    "note_call.en": "as above",
    "show_own_application.why": "nobody's command: the answer is read anew and not kept",
    "import_people.failure": "a code; the answer is read anew and not kept",
    "import_people.refused": "codes; the answer is read anew and not kept",
    "hand_over.from_name": "only the list of handovers has names; the answer that is kept has ids",
    "hand_over.to_name": "as above",
    "import_people.persons": "ids; the answer is read anew and not kept",
}
"""Texts of a command's answer that nobody wrote in their own words, and why each may be there."""
OUR_WORDS = {
    *("about", "act", "acts", "certificates", "code", "content_type", "document", "how", "kind", "level", "preset"),
    *("kinds", "purpose", "speaks"),
    *("role", "sex", "grade", "hardship", "service", "state", "status", "status_before", "visit_risk", "what"),
    *("ended_because", "event_type", "group_name", "stream", "topic", "traceparent", "relay", "version_num"),
}
"""Columns of closed sets of words, and of the mechanism's."""
IDS = {"ended_grants", "household_by", "known_to", "member_ids", "path", "key", "key_id", "master_key_id", "subject"}
KEPT = {
    "command.answer": "blanked for the person whom a command was about",
    "command.refusal": "a refusal's code and fields, of nobody by name",
    "credential.password_hash": "deleted with the ways in",
    "deputyship.reason": "leave, training or another of three words: none that tells of illness",
    "duty_notice.ways": "by which ways somebody was told, never what",
    "erasure.answers": "codes of the other services",
    "import.reason": "why a table could not be read, never what it says",
    "import_row.fields": "which fields of a row were wrong, never what they say",
    "inbox_act.detail": "ids and counts of an operator's act on events",
    "inbox_act.operator": "who repaired the flow of events",
    "inbox_act.reason": "why the flow of events was repaired",
    "inbox_parked.headers": "ids and times of an event that waits",
    "inbox_parked.reason": "the kind of an error",
    "outbox_epoch.heads": "positions of streams",
    "outbox_epoch.operator": "who restored a database",
    "outbox_epoch.reason": "why a database was restored",
    "sign_in_request.address": "of a browser that asks, for some minutes; deleted with the person who decides",
    "sign_in_request.decision": "yes or no; deleted when it is heard",
    "sign_in_request.number": "drawn by chance, to compare two screens",
    "policy.changes": "a district's rules",
    "policy.decision_why": "of a district's rules, about nobody",
    "policy.parameters": "a district's rules",
    "application.privacy_version": "the version of our text",
    "unit.name_en": "public",
    "unit.name_zh": "public",
    "volunteer_group.name_en": "public",
    "volunteer_group.name_zh": "public",
}
"""Columns of text that outlive the person they may be about, and why each may."""


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


def test_every_column_of_text_is_blanked_at_erasure_or_named_with_its_reason(shared_platform: Platform) -> None:
    blanked = {
        f"{table.name}.{c.name}" for table in metadata.tables.values() for c in table.columns if c.info.get(WORDS_OF)
    }
    columns = shared_platform.rows(TEXT_COLUMNS)
    texts = {f"{table}.{column}" for table, column in columns if column not in OUR_WORDS | IDS} | blanked

    assert len(blanked) >= 15
    assert texts - set(KEPT) == blanked
    assert set(KEPT) <= texts


def test_no_event_carries_words_of_anybody() -> None:
    spoken = {
        f"{kind.name}.{field.name}"
        for kind in events_pb2.DESCRIPTOR.message_types_by_name.values()
        for field in kind.fields
        if field.name in FREE_WORDS and not field.GetOptions().deprecated
    }

    assert spoken == set()
