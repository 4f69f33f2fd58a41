"""What volunteers have shown."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from services.accounts.core.edge import command
from services.accounts.core.schemas import Answer, Body, PersonAnswer, person_answer
from services.accounts.volunteers.schemas import QualificationsSchema
from services.accounts.volunteers.usecases.qualify_volunteer import Insurance, qualify_volunteer

blueprint = Blueprint("volunteers", __name__, description="What volunteers have shown / 志愿者资质")


@blueprint.route("/v1/persons/<uuid:person_id>/qualifications")
class PersonQualifications(MethodView):
    """What a volunteer has shown."""

    @blueprint.doc(operationId="change_qualifications")
    @blueprint.arguments(QualificationsSchema)
    @blueprint.response(200, PersonAnswer)
    def post(self, body: Body, person_id: UUID) -> Answer:
        """Change a volunteer's qualifications; what is left out stays."""
        single = (body["certificate"],) if "certificate" in body else ()
        return command(
            lambda store, context: person_answer(
                qualify_volunteer(
                    store,
                    context,
                    person_id=person_id,
                    training=body.get("training"),
                    clean_record=body.get("clean_record"),
                    certificates=(*body.get("certificates", ()), *single),
                    insurance=Insurance(body["insured_until"]) if "insured_until" in body else None,
                )
            ),
            body,
        )
