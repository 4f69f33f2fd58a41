"""Complaints: what a person contests, also while suspended, and what they are answered."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from libs.http import open_to_suspended
from libs.http.fields import Text, Truth, choice_of, word_of
from libs.programme.acting_schemas import ActingSchema
from services.accounts.complaints.rules import About, Complaint, ComplaintState
from services.accounts.complaints.usecases import answer_complaint, complain, find_complaint, list_complaints
from services.accounts.core.edge import command, opened, transaction
from services.accounts.core.schemas import TEXT_MAX, Answer, Body, PageSchema, done_answer, instant, page_answer

blueprint = Blueprint("complaints", __name__, description="Complaints / 申诉与投诉")
WORDS_MAX = 2_000


class ComplaintSchema(ActingSchema):
    """What is wrong, in the person's own words; staff write them down for who has no phone."""

    about = choice_of(About, required=True)
    words = Text(WORDS_MAX, shortest=1, lines=True, required=True)


class ComplaintVerdictSchema(Schema):
    """Whether the complaint is right, and why."""

    upheld = Truth(required=True)
    reason = Text(TEXT_MAX, shortest=1, required=True)


class ComplaintQuerySchema(PageSchema):
    """The caller's own; of a unit, for staff, those of the people there."""

    unit = fields.UUID(load_default=None)
    state = choice_of(ComplaintState, load_default=None)


class ComplaintAnswer(Schema):
    """A complaint and what became of it."""

    complaint_id = fields.UUID()
    person_id = fields.UUID()
    filed_by = fields.UUID()
    about = word_of(About)
    words = fields.String()
    filed_at = fields.String(metadata={"format": "date-time"})
    state = word_of(ComplaintState)
    reason = fields.String(allow_none=True)
    answered_by = fields.UUID(allow_none=True)
    answered_at = fields.String(allow_none=True, metadata={"format": "date-time"})


@blueprint.route("/v1/complaints")
class Complaints(MethodView):
    """Complaints."""

    @blueprint.doc(operationId="list_complaints")
    @blueprint.arguments(ComplaintQuerySchema, location="query")
    @blueprint.response(200, page_answer(ComplaintAnswer))
    def get(self, query: Body) -> Answer:
        """List the caller's own complaints, or those of a unit to who may answer them there."""
        with transaction() as connection:
            store, context = opened(connection)
            page = list_complaints(store, context, query)
        return page.answer(_complaint_answer)


@blueprint.route("/v1/complaints/<uuid:complaint_id>")
class ComplaintById(MethodView):
    """One complaint."""

    @blueprint.doc(operationId="make_complaint")
    @open_to_suspended
    @blueprint.arguments(ComplaintSchema)
    @blueprint.response(201, done_answer(ComplaintAnswer))
    def put(self, body: Body, complaint_id: UUID) -> Answer:
        """Complain; a suspended person may, and staff for a person who says it to them."""
        return command(
            lambda store, context: _complaint_answer(
                complain(
                    store,
                    context,
                    complaint_id=complaint_id,
                    person_id=body["acting_for"] or context.caller_id,
                    about=body["about"],
                    words=body["words"],
                )
            ),
            body,
            command_id=complaint_id,
            about=[body["acting_for"]],
        )

    @blueprint.doc(operationId="get_complaint")
    @blueprint.response(200, ComplaintAnswer)
    def get(self, complaint_id: UUID) -> Answer:
        """Return a complaint to who made it and to who may answer it."""
        with transaction() as connection:
            return _complaint_answer(find_complaint(*opened(connection), complaint_id))


@blueprint.route("/v1/complaints/<uuid:complaint_id>/answer")
class AnswerToComplaint(MethodView):
    """The answer to a complaint."""

    @blueprint.doc(operationId="answer_complaint")
    @blueprint.arguments(ComplaintVerdictSchema)
    @blueprint.response(200, done_answer(ComplaintAnswer))
    def post(self, body: Body, complaint_id: UUID) -> Answer:
        """Answer with a reason; upheld, one about a suspension ends it. Who suspended does not answer."""
        return command(
            lambda store, context: _complaint_answer(
                answer_complaint(
                    store, context, complaint_id=complaint_id, is_upheld=body["upheld"], reason=body["reason"]
                )
            ),
            body,
        )


def _complaint_answer(complaint: Complaint) -> Answer:
    return {
        "complaint_id": str(complaint.complaint_id),
        "person_id": str(complaint.person_id),
        "filed_by": str(complaint.filed_by),
        "about": complaint.about,
        "words": complaint.words,
        "filed_at": instant(complaint.filed_at),
        "state": complaint.state,
        "reason": complaint.reason,
        "answered_by": str(complaint.answered_by) if complaint.answered_by else None,
        "answered_at": instant(complaint.answered_at),
    }
