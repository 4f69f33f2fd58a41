"""Applications at the desk: who waits for what, the steps on the way, and the two signatures."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import public
from libs.programme.names import with_unit_names
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.applications.api.public import Apply
from services.accounts.applications.rules import Application, StepName
from services.accounts.applications.schemas import (
    ApplicationAnswer,
    ApplicationDoneAnswer,
    ApplicationPage,
    ApplicationQuerySchema,
    ApplicationSchema,
    DocumentSchema,
    DoneOnSchema,
    RefusalSchema,
    application_answer,
    done_application_answer,
    listed_application_answer,
)
from services.accounts.applications.store import ApplicationStore
from services.accounts.applications.usecases.admit import decide_admission, sign_admission
from services.accounts.applications.usecases.advance import record_step, refuse_application, see_document
from services.accounts.applications.usecases.look import list_applications, see_application
from services.accounts.core.edge import command, opened, transaction
from services.accounts.core.schemas import Answer, Body, NothingSchema
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext

blueprint = Blueprint("applications", __name__, description="Applications / 志愿者报名")


@blueprint.route("/v1/applications")
class Applications(MethodView):
    """Who applied."""

    @blueprint.doc(operationId="list_applications")
    @blueprint.arguments(ApplicationQuerySchema, location="query")
    @blueprint.response(200, ApplicationPage)
    def get(self, query: Body) -> Answer:
        """List the applications of a unit, those that wait longest first, and how many wait for what; it is logged."""
        with transaction() as connection:
            store, context = opened(connection)
            page, waiting = list_applications(store, context, query)
            kept = ApplicationStore(store)
            rows = [listed_application_answer(row, kept.unsealed(row.application_id, row.sealed)) for row in page.rows]
            return page.showing(with_unit_names(connection, rows, "unit_id")) | {"waiting": waiting}


@blueprint.route("/v1/applications/<uuid:application_id>")
class ApplicationById(MethodView):
    """One application."""

    @blueprint.doc(operationId="apply")
    @public
    @blueprint.arguments(ApplicationSchema)
    @blueprint.response(201, ApplicationDoneAnswer)
    def put(self, body: Body, application_id: UUID) -> Answer:
        """Apply to be a volunteer of a community, by a number that was proved; the id becomes the person's."""
        return Apply.put(body, application_id)

    @blueprint.doc(operationId="get_application")
    @blueprint.response(200, ApplicationAnswer)
    def get(self, application_id: UUID) -> Answer:
        """Return an application with everything, to staff of its community; the look is logged."""
        with transaction() as connection:
            store, context = opened(connection)
            row = see_application(store, context, application_id)
            kept = ApplicationStore(store)
            who, admissions = kept.unsealed(application_id, row.sealed), kept.admissions(application_id)
            whole = application_answer(row, who, admissions, now=context.now)
            return with_unit_names(connection, [whole], "unit_id")[0]


@blueprint.route("/v1/applications/<uuid:application_id>/identity")
class ApplicantIdentity(MethodView):
    """Who applies."""

    @blueprint.doc(operationId="record_applicant_identity")
    @blueprint.arguments(DocumentSchema)
    @blueprint.response(200, ApplicationDoneAnswer)
    def post(self, body: Body, application_id: UUID) -> Answer:
        """Record that the caller saw the applicant's document, and its number, which stays sealed."""
        return command(
            lambda store, context: _done(
                store,
                context,
                see_document(store, context, application_id=application_id, kind=body["kind"], number=body["number"]),
            ),
            body,
        )


@blueprint.route("/v1/applications/<uuid:application_id>/agreement")
class ApplicantAgreement(MethodView):
    """The agreement."""

    @blueprint.doc(operationId="record_applicant_agreement")
    @blueprint.arguments(DoneOnSchema)
    @blueprint.response(200, ApplicationDoneAnswer)
    def post(self, body: Body, application_id: UUID) -> Answer:
        """Record on which day the applicant signed the volunteers' agreement."""
        return _record("agreement", body, application_id)


@blueprint.route("/v1/applications/<uuid:application_id>/training")
class ApplicantTraining(MethodView):
    """The training."""

    @blueprint.doc(operationId="record_applicant_training")
    @blueprint.arguments(DoneOnSchema)
    @blueprint.response(200, ApplicationDoneAnswer)
    def post(self, body: Body, application_id: UUID) -> Answer:
        """Record on which day the applicant was trained."""
        return _record("training", body, application_id)


@blueprint.route("/v1/applications/<uuid:application_id>/refusal")
class ApplicationRefusal(MethodView):
    """An application without success."""

    @blueprint.doc(operationId="refuse_application")
    @blueprint.arguments(RefusalSchema)
    @blueprint.response(200, ApplicationDoneAnswer)
    def post(self, body: Body, application_id: UUID) -> Answer:
        """Refuse an application with a reason, which the applicant reads."""
        return command(
            lambda store, context: _done(
                store, context, refuse_application(store, context, application_id=application_id, why=body["why"])
            ),
            body,
        )


@blueprint.route("/v1/applications/<uuid:application_id>/admissions/<uuid:admission_id>")
class AdmissionById(MethodView):
    """The first signature."""

    @blueprint.doc(operationId="sign_admission")
    @blueprint.arguments(NothingSchema)
    @blueprint.response(201, ApplicationDoneAnswer)
    def put(self, body: Body, application_id: UUID, admission_id: UUID) -> Answer:
        """Sign first, when identity, agreement and training are there; another decides."""
        return command(
            lambda store, context: _done(
                store,
                context,
                sign_admission(store, context, application_id=application_id, admission_id=admission_id),
            ),
            {**body, "application_id": application_id},
            command_id=admission_id,
        )


@blueprint.route("/v1/applications/<uuid:application_id>/admissions/<uuid:admission_id>/decision")
class AdmissionDecision(MethodView):
    """The second person's word."""

    @blueprint.doc(operationId="decide_admission")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, ApplicationDoneAnswer)
    def post(self, body: Body, application_id: UUID, admission_id: UUID) -> Answer:
        """Say yes, and she is a volunteer who signs in with her number; or no, with the reason. Never who signed."""
        return command(
            lambda store, context: _done(
                store,
                context,
                decide_admission(
                    store,
                    context,
                    application_id=application_id,
                    admission_id=admission_id,
                    ok=body["ok"],
                    why=body["why"] or "",
                ),
            ),
            body,
        )


def _record(name: StepName, body: Body, application_id: UUID) -> Answer:
    return command(
        lambda store, context: _done(
            store, context, record_step(store, context, application_id=application_id, name=name, on=body["on"])
        ),
        body,
    )


def _done(store: SealedStore, context: CommandContext, application: Application) -> Answer:
    return done_application_answer(ApplicationStore(store).shown(application.application_id, now=context.now))
