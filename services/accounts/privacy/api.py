"""Who looked at whose personal data."""

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import Cursor, current_actor, reading
from libs.http.pages import a_number
from services.accounts.core.edge import opened
from services.accounts.core.schemas import (
    Answer,
    Body,
    page_answer,
    plain,
)
from services.accounts.core.usecases.authorise import require_view
from services.accounts.privacy.schemas import AccessLogSchema, ViewAnswer
from services.accounts.privacy.store import views_of

blueprint = Blueprint("access-log", __name__, description="Who looked at whom / 查阅记录")
VIEWS = Cursor(number=a_number)


@blueprint.route("/v1/access-log")
class AccessLog(MethodView):
    """Who looked at whose personal data."""

    @blueprint.doc(operationId="list_access_log")
    @blueprint.arguments(AccessLogSchema, location="query")
    @blueprint.response(200, page_answer(ViewAnswer))
    def get(self, query: Body) -> Answer:
        """List who looked at a person's data, newest first; default: at the caller's own."""
        person_id = query["person"] or current_actor().person_id
        with reading() as connection:
            require_view(*opened(connection), person_id)
            rows = views_of(
                connection, person_id=person_id, before=VIEWS.after(query["cursor"]), limit=query["limit"] + 1
            )
        return VIEWS.page([{name: plain(value) for name, value in row.items()} for row in rows], limit=query["limit"])
