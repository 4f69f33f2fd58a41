"""What is said of a volunteer's qualifications."""

from marshmallow import Schema, fields, validate

from libs.http.fields import Day, Truth
from services.accounts.core.rules.persons import CERTIFICATES
from services.accounts.core.schemas import certificate_field


class QualificationsSchema(Schema):
    """What a volunteer has shown; what is left out stays, a null day ends the insurance."""

    training = Truth()
    clean_record = Truth()
    insured_until = Day(allow_none=True)
    certificate = certificate_field()
    certificates = fields.List(certificate_field(), validate=validate.Length(max=len(CERTIFICATES)))
