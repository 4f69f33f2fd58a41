"""Ability grades and hardship: recorded by one, confirmed by another."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened
from services.accounts.core.schemas import (
    Answer,
    Body,
    PageSchema,
    done_answer,
    page_answer,
    person_answer,
)
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.schemas import (
    AssessmentSchema,
    FindingAnswer,
    HardshipSchema,
    ListedFindingAnswer,
    WaitingFindingsSchema,
    finding_answer,
    listed_finding_answer,
)
from services.accounts.recipients.store import WAITING, finding_of
from services.accounts.recipients.usecases import decide_finding, list_findings, record_finding

blueprint = Blueprint("recipients", __name__, description="Grades, hardship / 评估与困难类别")


@blueprint.route("/v1/persons/<uuid:person_id>/assessments/<uuid:finding_id>")
class Assessment(MethodView):
    """An ability grade."""

    @blueprint.doc(operationId="record_assessment")
    @blueprint.arguments(AssessmentSchema)
    @blueprint.response(201, done_answer(FindingAnswer))
    def put(self, body: Body, person_id: UUID, finding_id: UUID) -> Answer:
        """Record an ability grade; it counts when a checker confirms it."""
        return _record(finding_id, FindingKind.ASSESSMENT, person_id, body)


@blueprint.route("/v1/persons/<uuid:person_id>/hardships/<uuid:finding_id>")
class HardshipRecord(MethodView):
    """Hardship categories."""

    @blueprint.doc(operationId="record_hardship")
    @blueprint.arguments(HardshipSchema)
    @blueprint.response(201, done_answer(FindingAnswer))
    def put(self, body: Body, person_id: UUID, finding_id: UUID) -> Answer:
        """Record hardship categories; they count when a checker confirms them."""
        return _record(finding_id, FindingKind.HARDSHIP, person_id, body)


@blueprint.route("/v1/persons/<uuid:person_id>/findings")
class Findings(MethodView):
    """What was found about a person."""

    @blueprint.doc(operationId="list_findings")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200, page_answer(ListedFindingAnswer))
    def get(self, query: Body, person_id: UUID) -> Answer:
        """List grades and hardship with what was decided and why: to the person, to staff over them, to the maker."""
        with reading() as connection:
            store, context = opened(connection)
            page = list_findings(store, context, person_id=person_id, query=query)
            places = store.persons.places_of(person_id)
        return page.answer(lambda finding: listed_finding_answer(finding, places, context.now))


@blueprint.route("/v1/findings")
class WaitingFindings(MethodView):
    """What was found and waits for a second person."""

    @blueprint.doc(operationId="list_waiting_findings")
    @blueprint.arguments(WaitingFindingsSchema, location="query")
    @blueprint.response(200, page_answer(ListedFindingAnswer))
    def get(self, query: Body) -> Answer:
        """List grades and hardship of people at a unit and below which nobody has confirmed yet."""
        with reading() as connection:
            store, context = opened(connection)
            require_power(store, context, "view_person", query["unit"])
            page = WAITING.page(connection, query, now=context.now).map(finding_of)
            places = store.persons.places([finding.person_id for finding in page.rows])
        return page.answer(lambda finding: listed_finding_answer(finding, places[finding.person_id], context.now))


@blueprint.route("/v1/assessments/<uuid:finding_id>/confirmation")
class AssessmentConfirmation(MethodView):
    """The second person's word on a grade."""

    @blueprint.doc(operationId="confirm_assessment")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(FindingAnswer))
    def post(self, body: Body, finding_id: UUID) -> Answer:
        """Confirm an ability grade, or turn it down with a reason; never by who recorded it."""
        return _decide(finding_id, FindingKind.ASSESSMENT, body)


@blueprint.route("/v1/hardships/<uuid:finding_id>/confirmation")
class HardshipConfirmation(MethodView):
    """The second person's word on hardship."""

    @blueprint.doc(operationId="confirm_hardship")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(FindingAnswer))
    def post(self, body: Body, finding_id: UUID) -> Answer:
        """Confirm hardship categories, or turn them down with a reason; never by who recorded them."""
        return _decide(finding_id, FindingKind.HARDSHIP, body)


def _record(finding_id: UUID, kind: FindingKind, person_id: UUID, body: Body) -> Answer:
    def record(store: SealedStore, context: CommandContext) -> Answer:
        grade, categories = body.get("grade"), body.get("categories", ())
        finding = record_finding(
            store,
            context,
            finding_id=finding_id,
            kind=kind,
            person_id=person_id,
            grade=grade,
            categories=categories,
        )
        return _answer(store, context, finding)

    return command(record, body, command_id=finding_id)


def _decide(finding_id: UUID, kind: FindingKind, body: Body) -> Answer:
    def decide(store: SealedStore, context: CommandContext) -> Answer:
        finding, person = decide_finding(
            store, context, finding_id=finding_id, kind=kind, ok=body["ok"], why=body["why"] or ""
        )
        return _answer(store, context, finding) | {"person": person_answer(person)}

    return command(decide, body)


def _answer(store: SealedStore, context: CommandContext, finding: Finding) -> Answer:
    return finding_answer(finding, store.persons.places_of(finding.person_id), context.now)
