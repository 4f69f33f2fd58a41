"""What is recorded about people by two: relations, ability grades, hardship."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import Cursor, current_actor, reading
from libs.http.pages import a_number
from services.accounts import queries
from services.accounts.api.answers import finding_answer, person_answer, relation_answer
from services.accounts.api.documents import FindingAnswer, RelationAnswer, ViewAnswer, page_answer
from services.accounts.api.edge import Answer, Body, act_on, command, now, plain
from services.accounts.api.schemas import (
    AccessLogSchema,
    AssessmentSchema,
    DecisionSchema,
    HardshipSchema,
    OfPersonSchema,
    RelationSchema,
)
from services.accounts.domain.findings import Finding, FindingKind
from services.accounts.domain.persons import Person
from services.accounts.usecases.act import Act
from services.accounts.usecases.record_finding import decide_finding, record_finding
from services.accounts.usecases.record_relation import decide_relation, end_relation, record_relation

blueprint = Blueprint("records", __name__, description="Relations, grades, hardship / 关系与记录")
VIEWS = Cursor(number=a_number)


@blueprint.route("/v1/relations")
class Relations(MethodView):
    """Relations of a person."""

    @blueprint.arguments(OfPersonSchema, location="query")
    @blueprint.response(200, page_answer(RelationAnswer))
    def get(self, query: Body) -> Answer:
        """List a person's relations, to themselves or to staff who reach them."""
        with reading() as connection:
            _require_view(act_on(connection), query["person"])
            rows = queries.relations_of(connection, query["person"])
        return {"items": [relation_answer(row) for row in rows], "next": None}


@blueprint.route("/v1/relations/<uuid:relation_id>")
class RelationById(MethodView):
    """One relation."""

    @blueprint.arguments(RelationSchema)
    @blueprint.response(201, RelationAnswer)
    def put(self, body: Body, relation_id: UUID) -> Answer:
        """Record that `relative_id` is the `kind` of `person_id`; `verified` asks a checker to confirm it."""
        return command(
            lambda act: record_relation(
                act,
                relation_id=relation_id,
                person_id=body["person_id"],
                relative_id=body["relative_id"],
                kind=body["kind"],
                verified=body["verified"],
            ),
            relation_answer,
            body,
            command_id=relation_id,
        )

    @blueprint.response(200, RelationAnswer)
    def delete(self, relation_id: UUID) -> Answer:
        """End a relation."""
        return command(lambda act: end_relation(act, relation_id=relation_id), relation_answer, {})


@blueprint.route("/v1/relations/<uuid:relation_id>/confirmation")
class RelationConfirmation(MethodView):
    """The second person's word on a relation."""

    @blueprint.arguments(DecisionSchema)
    @blueprint.response(200, RelationAnswer)
    def post(self, body: Body, relation_id: UUID) -> Answer:
        """Confirm a relation, or turn it down with a reason; never by who recorded it."""
        return command(
            lambda act: decide_relation(act, relation_id=relation_id, ok=body["ok"], why=body["why"] or ""),
            relation_answer,
            body,
        )


@blueprint.route("/v1/persons/<uuid:person_id>/assessments/<uuid:finding_id>")
class Assessment(MethodView):
    """An ability grade."""

    @blueprint.arguments(AssessmentSchema)
    @blueprint.response(201, FindingAnswer)
    def put(self, body: Body, person_id: UUID, finding_id: UUID) -> Answer:
        """Record an ability grade; it counts when a checker confirms it."""
        return command(
            lambda act: record_finding(
                act,
                finding_id=finding_id,
                kind=FindingKind.ASSESSMENT,
                person_id=person_id,
                grade=body["grade"],
            ),
            lambda finding: finding_answer(finding, now()),
            body,
            command_id=finding_id,
        )


@blueprint.route("/v1/persons/<uuid:person_id>/hardships/<uuid:finding_id>")
class HardshipRecord(MethodView):
    """Hardship categories."""

    @blueprint.arguments(HardshipSchema)
    @blueprint.response(201, FindingAnswer)
    def put(self, body: Body, person_id: UUID, finding_id: UUID) -> Answer:
        """Record hardship categories; they count when a checker confirms them."""
        return command(
            lambda act: record_finding(
                act,
                finding_id=finding_id,
                kind=FindingKind.HARDSHIP,
                person_id=person_id,
                categories=tuple(body["categories"]),
            ),
            lambda finding: finding_answer(finding, now()),
            body,
            command_id=finding_id,
        )


@blueprint.route("/v1/assessments/<uuid:finding_id>/confirmation")
class AssessmentConfirmation(MethodView):
    """The second person's word on a grade."""

    @blueprint.arguments(DecisionSchema)
    @blueprint.response(200, FindingAnswer)
    def post(self, body: Body, finding_id: UUID) -> Answer:
        """Confirm an ability grade, or turn it down with a reason; never by who recorded it."""
        return _decide(finding_id, FindingKind.ASSESSMENT, body)


@blueprint.route("/v1/hardships/<uuid:finding_id>/confirmation")
class HardshipConfirmation(MethodView):
    """The second person's word on hardship."""

    @blueprint.arguments(DecisionSchema)
    @blueprint.response(200, FindingAnswer)
    def post(self, body: Body, finding_id: UUID) -> Answer:
        """Confirm hardship categories, or turn them down with a reason; never by who recorded them."""
        return _decide(finding_id, FindingKind.HARDSHIP, body)


@blueprint.route("/v1/access-log")
class AccessLog(MethodView):
    """Who looked at whose personal data."""

    @blueprint.arguments(AccessLogSchema, location="query")
    @blueprint.response(200, page_answer(ViewAnswer))
    def get(self, query: Body) -> Answer:
        """List who looked at a person's data, newest first; default: at the caller's own."""
        person_id = query["person"] or current_actor().person_id
        with reading() as connection:
            _require_view(act_on(connection), person_id)
            rows = queries.views_of(
                connection, person_id=person_id, before=VIEWS.after(query["cursor"]), limit=query["limit"] + 1
            )
        return VIEWS.page([{name: plain(value) for name, value in row.items()} for row in rows], limit=query["limit"])


def _decide(finding_id: UUID, kind: FindingKind, body: Body) -> Answer:
    def answer(decided: tuple[Finding, Person]) -> Answer:
        return finding_answer(decided[0], now()) | {"person": person_answer(decided[1])}

    return command(
        lambda act: decide_finding(act, finding_id=finding_id, kind=kind, ok=body["ok"], why=body["why"] or ""),
        answer,
        body,
    )


def _require_view(act: Act, person_id: UUID) -> None:
    if person_id != act.actor_id:
        act.require("view_person", act.store.persons.person(person_id).home_unit_id)
