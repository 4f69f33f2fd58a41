"""The person who calls."""

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import machine_now
from libs.http import open_before_own_password, open_before_second_factor, reading
from services.accounts.core.edge import opened
from services.accounts.core.schemas import Answer, unit_answer
from services.accounts.numbers.store import NumberStore
from services.accounts.persons.schemas import FullPersonAnswer, full_person_named
from services.accounts.persons.usecases.view_person import view_person

blueprint = Blueprint("me", __name__, description="The person who calls / 本人")


@open_before_own_password
@open_before_second_factor
@blueprint.route("/v1/me")
class Me(MethodView):
    """The person who calls."""

    @blueprint.doc(operationId="get_me")
    @blueprint.response(200, FullPersonAnswer)
    def get(self) -> Answer:
        """Return the caller with everything known of them, their roles and their home unit."""
        with reading() as connection:
            store, context = opened(connection)
            person, identity, roles = view_person(store, context, person_id=context.caller_id, why="")
            opens_at = NumberStore(store).opens_at(context.caller_id, at=machine_now())
            return full_person_named(connection, person, identity, roles, number_opens_at=opens_at) | {
                "home_unit": unit_answer(store.units.unit(person.home_unit_id))
            }
