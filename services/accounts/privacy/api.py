"""Who looked at whose personal data."""

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from services.accounts.core.edge import opened
from services.accounts.core.schemas import (
    Answer,
    Body,
    page_answer,
    plain_row,
)
from services.accounts.core.usecases.authorise import require_view
from services.accounts.privacy.schemas import AccessLogSchema, ViewAnswer
from services.accounts.privacy.store import VIEWS

blueprint = Blueprint("access-log", __name__, description="Who looked at whom / 查阅记录")


@blueprint.route("/v1/access-log")
class AccessLog(MethodView):
    """Who looked at whose personal data."""

    @blueprint.doc(operationId="list_access_log")
    @blueprint.arguments(AccessLogSchema, location="query")
    @blueprint.response(200, page_answer(ViewAnswer))
    def get(self, query: Body) -> Answer:
        """List who looked at a person's data, newest first; default: at the caller's own."""
        with reading() as connection:
            store, context = opened(connection)
            person_id = query["person"] or context.caller_id
            require_view(store, context, person_id)
            page = VIEWS.page(connection, query, person=person_id)
        return page.answer(plain_row)
