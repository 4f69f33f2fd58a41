"""/v1/service-records and /v1/certificates: service time, and its proof."""

from __future__ import annotations

import hmac
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError, NotFoundError
from libs.http import current_actor, public, reading
from libs.programme.two_people import ProposalState
from libs.programme.two_people_schemas import VerdictSchema
from services.orders.core.api.edge import command, now
from services.orders.core.api.views import may_know_of
from services.orders.core.schemas import done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.service_time import schemas, store
from services.orders.service_time.usecases.issue_certificate import certificate_digest, issue_certificate
from services.orders.service_time.usecases.take_over_record import decide_record, propose_record

service_records = Blueprint("service_records", __name__, url_prefix="/v1/service-records", description="Service time")
certificates = Blueprint("certificates", __name__, url_prefix="/v1/certificates", description="Proof of service")


@service_records.route("")
class ServiceRecords(MethodView):
    """A person's book of service time."""

    @service_records.doc(operationId="get_service_record")
    @service_records.arguments(schemas.PersonQuerySchema, location="query")
    @service_records.response(200, schemas.ServiceTimeSchema)
    def get(self, query: Row) -> Row:
        """Show what a person served: minutes as they were, verified and attested, stars and marks."""
        person_id = query["person"] or current_actor().person_id
        with reading() as connection:
            if not may_know_of(connection, person_id):
                raise ForbiddenError
            return store.service_time(connection, person_id, now())


@service_records.route("/<uuid:record_id>")
class OlderRecord(MethodView):
    """A record of an older book."""

    @service_records.doc(operationId="propose_service_record")
    @service_records.arguments(schemas.RecordSchema)
    @service_records.response(201, done_schema(schemas.OlderRecordSchema))
    def put(self, terms: Row, record_id: UUID) -> Row:
        """Propose to take over an older record."""
        record = {name: terms[name] for name in ("person_id", "minutes", "served_on", "scan")}
        return command(
            lambda c, context: _decided(propose_record(c, context, record_id, **record)), terms, command_id=record_id
        )

    @service_records.doc(operationId="get_older_record")
    @service_records.response(200, schemas.OlderRecordSchema)
    def get(self, record_id: UUID) -> Row:
        """Show what is proposed or decided about an older record to its person and to staff of their unit."""
        with reading() as connection:
            proposal = store.find_proposal(connection, record_id)
            if proposal is None or not may_know_of(connection, proposal["person_id"]):
                raise NotFoundError
        return _decided(proposal)


@service_records.route("/<uuid:record_id>/decision")
class OlderRecordDecision(MethodView):
    """The second person of an older record."""

    @service_records.doc(operationId="decide_service_record")
    @service_records.arguments(VerdictSchema)
    @service_records.response(200, done_schema(schemas.OlderRecordSchema))
    def post(self, terms: Row, record_id: UUID) -> Row:
        """Take the record over, or not."""
        ok = terms["ok"]
        return command(lambda c, context: _decided(decide_record(c, context, record_id, ok=ok, why=context.why)), terms)


def _decided(proposal: Row) -> Row:
    """Return a proposal with the word that callers know of one that took the record over."""
    return proposal | ({"state": "decided"} if proposal["state"] == ProposalState.ACCEPTED else {})


@certificates.route("")
class CertificatesOfPerson(MethodView):
    """The certificates of a person."""

    @certificates.doc(operationId="list_certificates")
    @certificates.arguments(schemas.CertificatesQuerySchema, location="query")
    @certificates.response(200, page_of_schema(schemas.CertificateSchema))
    def get(self, query: Row) -> Row:
        """List the certificates of a person (your own if none is named), the newest first."""
        person_id = query["person"] or current_actor().person_id
        with reading() as connection:
            if not may_know_of(connection, person_id):
                raise ForbiddenError
            page = store.CERTIFICATES.page(connection, query, person=person_id)
        return page.answer(lambda row: _shown(dict(row._mapping)))


@certificates.route("/<uuid:certificate_id>")
class Certificates(MethodView):
    """Proof of service."""

    @certificates.doc(operationId="issue_certificate")
    @certificates.arguments(schemas.PersonTermsSchema)
    @certificates.response(201, schemas.CertificateSchema)
    def put(self, terms: Row, certificate_id: UUID) -> Row:
        """Issue the free certificate of a volunteer's service."""
        person_id = terms["person_id"]
        return command(
            lambda c, context: _shown(issue_certificate(c, context, certificate_id, person_id=person_id)),
            terms,
            command_id=certificate_id,
        )

    @certificates.doc(operationId="check_certificate")
    @public
    @certificates.arguments(schemas.CertificateQuerySchema, location="query")
    @certificates.response(200, schemas.CertificateSchema)
    def get(self, query: Row, certificate_id: UUID) -> Row:
        """Check a certificate: anyone who has its code (or may see the person) learns whether it is genuine."""
        code = query["code"]
        if code is None:
            current_actor()
        with reading() as connection:
            certificate = store.read_certificate(connection, certificate_id)
            if code is None and (certificate is None or not may_know_of(connection, certificate["person_id"])):
                raise NotFoundError
        if certificate is None or (code is not None and not _is_code_of(certificate, code)):
            return {"certificate_id": str(certificate_id), "verifies": False}
        return _shown(certificate)


def _is_code_of(certificate: Row, code: str) -> bool:
    return hmac.compare_digest(code.encode(), str(certificate["verification_code"]).encode())


def _shown(certificate: Row) -> Row:
    salt, _, digest = str(certificate["verification_code"]).partition("-")
    verifies = certificate_digest(certificate, salt) == digest
    return certificate | {"verifies": verifies}
