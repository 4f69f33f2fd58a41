"""Whom the desk has to call, and what somebody was told."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from libs.http.fields import choice_of, word_of
from services.accounts.core.edge import command, opened, transaction
from services.accounts.core.schemas import Answer, Body, PageSchema, instant, page_answer
from services.accounts.notices.rules import CallOutcome, Notice, NoticeState, Purpose, words_of
from services.accounts.notices.usecases import call_list, note_call, told_to_me

blueprint = Blueprint("notices", __name__, description="What people are told / 通知与待拨电话")


class CallListQuerySchema(PageSchema):
    """Of which unit, and all below it."""

    unit = fields.UUID(required=True)


class CallOutcomeSchema(Schema):
    """What came of a call."""

    outcome = choice_of(CallOutcome, required=True)


class NoticeAnswer(Schema):
    """What somebody was told, or has to be told by a call; the words name nobody."""

    notice_id = fields.UUID()
    person_id = fields.UUID()
    purpose = word_of(Purpose)
    order_id = fields.UUID()
    start = fields.String(metadata={"format": "date-time"})
    state = word_of(NoticeState)
    told_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    tries = fields.Integer(metadata={"description": "calls from the desk"})
    zh = fields.String()
    en = fields.String()


@blueprint.route("/v1/call-list")
class CallList(MethodView):
    """Whom nothing reaches."""

    @blueprint.doc(operationId="list_calls_to_make")
    @blueprint.arguments(CallListQuerySchema, location="query")
    @blueprint.response(200, page_answer(NoticeAnswer))
    def get(self, query: Body) -> Answer:
        """List whom the desk has to call because no message reaches them, what begins first on top."""
        with transaction() as connection:
            store, context = opened(connection)
            return call_list(store, context, query).answer(_notice_answer)


@blueprint.route("/v1/call-list/<uuid:notice_id>/outcome")
class CallOutcomes(MethodView):
    """A call from the desk."""

    @blueprint.doc(operationId="note_call")
    @blueprint.arguments(CallOutcomeSchema)
    @blueprint.response(200, NoticeAnswer)
    def post(self, terms: Body, notice_id: UUID) -> Answer:
        """Note what came of a call; nobody answering leaves it on the list."""
        outcome = CallOutcome(terms["outcome"])
        return command(lambda store, context: _notice_answer(note_call(store, context, notice_id, outcome)), terms)


@blueprint.route("/v1/me/notices")
class OwnNotices(MethodView):
    """What the caller was told."""

    @blueprint.doc(operationId="list_my_notices")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200, page_answer(NoticeAnswer))
    def get(self, query: Body) -> Answer:
        """List what the caller was told of their visits, the last first."""
        with transaction() as connection:
            store, context = opened(connection)
            return told_to_me(store, context, query).answer(_notice_answer)


def _notice_answer(notice: Notice) -> Answer:
    return {
        "notice_id": str(notice.notice_id),
        "person_id": str(notice.person_id),
        "purpose": notice.purpose.value,
        "order_id": str(notice.order_id),
        "start": instant(notice.start_at),
        "state": notice.state.value,
        "told_at": instant(notice.told_at) if notice.told_at else None,
        "tries": notice.tries,
        **words_of(notice),
    }
