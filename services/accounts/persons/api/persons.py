"""Persons: registering, finding and looking at them; roles; what changes a person's status."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import machine_now
from libs.programme.names import with_unit_names
from services.accounts.core.edge import command, opened, parts, refused_before_work, transaction
from services.accounts.core.gateways.passwords import Passwords
from services.accounts.core.rules.persons import Home, Person, Qualifications
from services.accounts.core.schemas import Answer, Body, PersonAnswer, ReasonSchema, page_answer, person_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.numbers.store import NumberStore
from services.accounts.persons.schemas import (
    FullPersonAnswer,
    ListedPersonAnswer,
    PersonQuerySchema,
    PersonSchema,
    WhySchema,
    full_person_named,
    listed_person_answer,
    looked_after_answer,
    order_side_answer,
)
from services.accounts.persons.usecases.register_person import Registration, register_person
from services.accounts.persons.usecases.search_persons import search_persons
from services.accounts.persons.usecases.suspend_person import reinstate_person, suspend_person
from services.accounts.persons.usecases.view_person import status_if_ended, view_by_order, view_person
from services.accounts.relations.usecases.grant_acting import may_ask_for, view_by_grant

blueprint = Blueprint("persons", __name__, description="People / 人员")
MILLI = 1000


@blueprint.route("/v1/persons")
class Persons(MethodView):
    """People in the caller's scope."""

    @blueprint.doc(operationId="list_persons")
    @blueprint.arguments(PersonQuerySchema, location="query")
    @blueprint.response(200, page_answer(ListedPersonAnswer))
    def get(self, query: Body) -> Answer:
        """List people, masked; every look is logged."""
        with transaction() as connection:
            store, context = opened(connection)
            page = search_persons(store, context, query)
            identities = store.identities.identities([person.person_id for person in page.rows])
            rows = [listed_person_answer(person, identities.get(person.person_id)) for person in page.rows]
            return page.showing(with_unit_names(connection, rows, "home_unit_id"))


@blueprint.route("/v1/persons/<uuid:person_id>")
class PersonById(MethodView):
    """One person."""

    @blueprint.doc(operationId="get_person")
    @blueprint.arguments(WhySchema, location="query")
    @blueprint.response(200, FullPersonAnswer)
    def get(self, query: Body, person_id: UUID) -> Answer:
        """Return a person with name, numbers and address; the look is logged."""
        with transaction() as connection:
            store, context = opened(connection)
            ended = status_if_ended(store, context, person_id)
            if ended is not None:
                return {"person_id": str(person_id), "status": ended}
            known = view_by_order(store, context, person_id=person_id) if person_id != context.caller_id else None
            if known is not None:
                return order_side_answer(person_id, known)
            looked_after = view_by_grant(store, context, person_id=person_id)
            if looked_after is not None:
                may_say = may_ask_for(store, context, person_id=person_id)
                return looked_after_answer(store.persons.person(person_id), looked_after, may_say=may_say)
            person, identity, roles = view_person(store, context, person_id=person_id, why=query["why"])
            opens_at = NumberStore(store).opens_at(person_id, at=machine_now())
            return full_person_named(connection, person, identity, roles, number_opens_at=opens_at)

    @blueprint.doc(operationId="register_person")
    @blueprint.arguments(PersonSchema)
    @blueprint.response(201, PersonAnswer)
    def put(self, body: Body, person_id: UUID) -> Answer:
        """Register a person."""
        refused = refused_before_work(
            lambda store, context: require_power(store, context, "register_person", body["home_unit_id"])
        )
        said = body if refused is None else {**body, "password": None}
        registration = registration_of(person_id, said, vault=parts().vault, passwords=parts().passwords)

        def register(store: SealedStore, context: CommandContext) -> Person:
            if refused is not None:
                raise refused
            return register_person(store, context, registration)

        return command(
            lambda store, context: person_answer(register(store, context)),
            body,
            command_id=person_id,
            about=[person_id],
        )


@blueprint.route("/v1/persons/<uuid:person_id>/suspension")
class Suspension(MethodView):
    """A person may do nothing new."""

    @blueprint.doc(operationId="suspend_person")
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, PersonAnswer)
    def post(self, body: Body, person_id: UUID) -> Answer:
        """Suspend a person."""
        return _change(
            lambda store, context: suspend_person(store, context, person_id=person_id, why=body["why"] or ""), body
        )


@blueprint.route("/v1/persons/<uuid:person_id>/reinstatement")
class Reinstatement(MethodView):
    """The end of a suspension."""

    @blueprint.doc(operationId="reinstate_person")
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, PersonAnswer)
    def post(self, body: Body, person_id: UUID) -> Answer:
        """End a suspension."""
        return _change(
            lambda store, context: reinstate_person(store, context, person_id=person_id, why=body["why"] or ""), body
        )


def registration_of(person_id: UUID, body: Body, *, vault: Vault, passwords: Passwords) -> Registration:
    """Return what was said of a new person, with the password hashed and the household made opaque."""
    number = body["id_number"]
    return Registration(
        person_id=person_id,
        names=dict(body["names"]),
        born=body["born"],
        sex=body["sex"],
        home_unit_id=body["home_unit_id"],
        roles=tuple(body["roles"]),
        phone_number=body["phone_number"],
        sign_in_name=body["sign_in_name"],
        password_hash=passwords.hash(body["password"]) if body["password"] else None,
        id_number=(number["kind"], number["number"]) if number else None,
        address=body["address"],
        contacts=tuple(dict(contact) for contact in body["contacts"]),
        home=home_of(body["home"]) if body["home"] else None,
        household_id=vault.opaque_id("household", body["household"]) if body["household"] else None,
        has_phone=body["has_phone"],
        visit_risk=body["visit_risk"],
        qualifications=Qualifications(
            training=body["training"],
            clean_record=body["clean_record"],
            insured_until=body["insured_until"],
            certificates=tuple(sorted(set(body["certificates"]))),
        ),
    )


def home_of(place: Body) -> Home:
    """Return a place to a thousandth of a degree."""
    return Home(_millideg(place["latitude"]), _millideg(place["longitude"]))


def _millideg(degrees: Decimal) -> int:
    return int((degrees * MILLI).to_integral_value(ROUND_HALF_EVEN))


def _change(use_case: Callable[[SealedStore, CommandContext], Person], body: Body) -> Answer:
    return command(lambda store, context: person_answer(use_case(store, context)), body)
