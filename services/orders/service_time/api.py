"""/v1/service-records and /v1/certificates: service time, and its proof."""

from __future__ import annotations

import hmac
from typing import Any, cast
from uuid import UUID

from flask import Response, current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError, NotFoundError
from libs.http import Service, current_actor, public, reading
from libs.programme.two_people import ProposalState
from libs.programme.two_people_schemas import VerdictSchema
from services.orders.core.api.edge import command, now, scope_of
from services.orders.core.api.views import may_know_of
from services.orders.core.schemas import ReasonSchema, done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.service_time import schemas, store
from services.orders.service_time.refusals import NoCertificateKeyError
from services.orders.service_time.rules.credentials import (
    LIST_ENTRIES,
    CertificateKeys,
    certificate_claims,
    is_over,
    says,
)
from services.orders.service_time.rules.status_lists import status_claims
from services.orders.service_time.usecases.issue_certificate import (
    certified_by,
    issue_certificate,
    revoke_certificate,
)
from services.orders.service_time.usecases.take_over_record import decide_record, propose_record

service_records = Blueprint("service_records", __name__, url_prefix="/v1/service-records", description="Service time")
TEXT, CREDENTIAL = "text/plain; charset=utf-8", "application/vc+jwt"
LISTS_MAX = 10_000
certificates = Blueprint("certificates", __name__, url_prefix="/v1/certificates", description="Proof of service")


def file_of(content_type: str) -> dict[str, Any]:
    """Return the description of an answer that is a file."""
    return {"200": {"description": "The file", "content": {content_type: {"schema": {"type": "string"}}}}}


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


@service_records.route("/proposals")
class OlderRecords(MethodView):
    """Older records that wait for a second person."""

    @service_records.doc(operationId="list_service_record_proposals")
    @service_records.arguments(schemas.ProposalsQuerySchema, location="query")
    @service_records.response(200, page_of_schema(schemas.OlderRecordSchema))
    def get(self, query: Row) -> Row:
        """List what is proposed about people of the caller's units, the first to lapse first."""
        with reading() as connection:
            units = scope_of(connection, query["unit"])
            page = store.PROPOSALS.page(connection, query, units=units, now=now())
        return page.answer(lambda row: dict(row._mapping))


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
    @certificates.arguments(schemas.CertificateTermsSchema)
    @certificates.response(201, schemas.CertificateSchema)
    def put(self, terms: Row, certificate_id: UUID) -> Row:
        """Issue the free certificate of a volunteer's service."""
        keys, certified = _keys(), {name: terms[name] for name in ("person_id", "valid_until")}
        return command(
            lambda c, context: _shown(issue_certificate(c, context, certificate_id, keys, **certified)),
            terms,
            command_id=certificate_id,
        )

    @certificates.doc(operationId="check_certificate")
    @public
    @certificates.arguments(schemas.CertificateQuerySchema, location="query")
    @certificates.response(200, schemas.CertificateSchema)
    def get(self, query: Row, certificate_id: UUID) -> Row:
        """Check a certificate: anyone who has its code (or may see the person) learns what it is worth."""
        code = query["code"]
        if code is None:
            current_actor()
        with reading() as connection:
            certificate = store.read_certificate(connection, certificate_id)
            if code is None and (certificate is None or not may_know_of(connection, certificate["person_id"])):
                raise NotFoundError
        if certificate is None or (code is not None and not _is_code_of(certificate, code)):
            state = schemas.CertificateState.NOT_GENUINE
            return {"certificate_id": str(certificate_id), "verifies": False, "state": state}
        return _shown(certificate) | ({"revoked_why": None} if code is not None else {})


@certificates.route("/<uuid:certificate_id>/revocation")
class Revocation(MethodView):
    """The end of a certificate that says what is not so."""

    @certificates.doc(operationId="revoke_certificate")
    @certificates.arguments(ReasonSchema)
    @certificates.response(200, done_schema(schemas.CertificateSchema))
    def post(self, terms: Row, certificate_id: UUID) -> Row:
        """Revoke a certificate, as a coordinator of the volunteer's unit: it stands on the signed list from now on."""
        return command(lambda c, context: _shown(revoke_certificate(c, context, certificate_id)), terms)


@public
@certificates.route("/trust")
class CertificateTrust(MethodView):
    """The keys of the certificates."""

    @certificates.doc(operationId="get_certificate_keys")
    @certificates.doc(responses=file_of(TEXT))
    def get(self) -> Response:
        """Give the lines of a trust file that certificates are checked with; compare them with those on paper."""
        return _file(_keys().trust(), TEXT)


@public
@certificates.route("/status/<int:list_number>")
class CertificateStatus(MethodView):
    """Which certificates were revoked."""

    @certificates.doc(operationId="get_certificate_status_list")
    @certificates.doc(responses=file_of(CREDENTIAL))
    def get(self, list_number: int) -> Response:
        """Give a signed list of revoked certificates (W3C Bitstring Status List); who asks names no certificate."""
        if list_number > LISTS_MAX:
            raise NotFoundError
        with reading() as connection:
            numbers = store.revoked_numbers(connection, list_number * LIST_ENTRIES, LIST_ENTRIES)
        keys = _keys()
        return _file(keys.sign(status_claims(keys, list_number, numbers, now())), CREDENTIAL)


def _keys() -> CertificateKeys:
    keys = cast("Service", current_app.extensions["service"]).parts["certificate_keys"]
    if keys is None:
        raise NoCertificateKeyError
    return cast("CertificateKeys", keys)


def _file(content: str, content_type: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _is_code_of(certificate: Row, code: str) -> bool:
    return hmac.compare_digest(code.encode(), str(certificate["verification_code"]).encode())


def _shown(certificate: Row) -> Row:
    state = _state(certificate)
    return certificate | {"state": state, "verifies": state is schemas.CertificateState.VALID}


def _state(certificate: Row) -> schemas.CertificateState:
    keys, credential = _keys(), certificate["credential"]
    if not keys.holds(credential) or not says(credential, certificate_claims(keys, certified_by(certificate))):
        return schemas.CertificateState.NOT_GENUINE
    if certificate.get("revoked_at") is not None:
        return schemas.CertificateState.REVOKED
    if is_over(certificate["valid_until"], now()):
        return schemas.CertificateState.EXPIRED
    return schemas.CertificateState.VALID
