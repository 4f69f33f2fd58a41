from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RedemptionRequested(_message.Message):
    __slots__ = ("redemption_id", "district_id", "recipient_id", "payer_id", "service_code", "planned_minutes", "start_at_us", "price_minutes", "coefficient_percent", "persons", "requested_by", "acting_for", "consent", "policy_version", "declined_code", "why", "consent_how", "consent_given_at_us", "catalogue_version")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    COEFFICIENT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    ACTING_FOR_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECLINED_CODE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    CONSENT_HOW_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GIVEN_AT_US_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    district_id: str
    recipient_id: str
    payer_id: str
    service_code: str
    planned_minutes: int
    start_at_us: int
    price_minutes: int
    coefficient_percent: int
    persons: int
    requested_by: str
    acting_for: str
    consent: str
    policy_version: int
    declined_code: str
    why: str
    consent_how: str
    consent_given_at_us: int
    catalogue_version: int
    def __init__(self, redemption_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., payer_id: _Optional[str] = ..., service_code: _Optional[str] = ..., planned_minutes: _Optional[int] = ..., start_at_us: _Optional[int] = ..., price_minutes: _Optional[int] = ..., coefficient_percent: _Optional[int] = ..., persons: _Optional[int] = ..., requested_by: _Optional[str] = ..., acting_for: _Optional[str] = ..., consent: _Optional[str] = ..., policy_version: _Optional[int] = ..., declined_code: _Optional[str] = ..., why: _Optional[str] = ..., consent_how: _Optional[str] = ..., consent_given_at_us: _Optional[int] = ..., catalogue_version: _Optional[int] = ...) -> None: ...

class HoldRequested(_message.Message):
    __slots__ = ("hold_id", "district_id", "payer_id", "payer_district_id", "amount_minutes", "requested_by", "policy_version")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    payer_id: str
    payer_district_id: str
    amount_minutes: int
    requested_by: str
    policy_version: int
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., payer_id: _Optional[str] = ..., payer_district_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., requested_by: _Optional[str] = ..., policy_version: _Optional[int] = ...) -> None: ...

class ReleaseRequested(_message.Message):
    __slots__ = ("hold_id", "district_id", "payer_id", "payer_district_id", "why")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    payer_id: str
    payer_district_id: str
    why: str
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., payer_id: _Optional[str] = ..., payer_district_id: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class RedemptionAuthorised(_message.Message):
    __slots__ = ("redemption_id", "district_id", "funding", "held_minutes")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    HELD_MINUTES_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    district_id: str
    funding: str
    held_minutes: int
    def __init__(self, redemption_id: _Optional[str] = ..., district_id: _Optional[str] = ..., funding: _Optional[str] = ..., held_minutes: _Optional[int] = ...) -> None: ...

class RedemptionDeclined(_message.Message):
    __slots__ = ("redemption_id", "district_id", "code", "funding")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    district_id: str
    code: str
    funding: str
    def __init__(self, redemption_id: _Optional[str] = ..., district_id: _Optional[str] = ..., code: _Optional[str] = ..., funding: _Optional[str] = ...) -> None: ...

class RedemptionFulfilled(_message.Message):
    __slots__ = ("redemption_id", "district_id", "paid_minutes", "funding")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PAID_MINUTES_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    district_id: str
    paid_minutes: int
    funding: str
    def __init__(self, redemption_id: _Optional[str] = ..., district_id: _Optional[str] = ..., paid_minutes: _Optional[int] = ..., funding: _Optional[str] = ...) -> None: ...

class RedemptionCancelled(_message.Message):
    __slots__ = ("redemption_id", "district_id", "why")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    district_id: str
    why: str
    def __init__(self, redemption_id: _Optional[str] = ..., district_id: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class GiftRequested(_message.Message):
    __slots__ = ("gift_id", "district_id", "giver_id", "giver_district_id", "receiver_id", "receiver_district_id", "amount_minutes", "requested_by", "policy_version", "decided_by")
    GIFT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    GIVER_ID_FIELD_NUMBER: _ClassVar[int]
    GIVER_DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_ID_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    gift_id: str
    district_id: str
    giver_id: str
    giver_district_id: str
    receiver_id: str
    receiver_district_id: str
    amount_minutes: int
    requested_by: str
    policy_version: int
    decided_by: str
    def __init__(self, gift_id: _Optional[str] = ..., district_id: _Optional[str] = ..., giver_id: _Optional[str] = ..., giver_district_id: _Optional[str] = ..., receiver_id: _Optional[str] = ..., receiver_district_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., requested_by: _Optional[str] = ..., policy_version: _Optional[int] = ..., decided_by: _Optional[str] = ...) -> None: ...

class DonationRequested(_message.Message):
    __slots__ = ("donation_id", "district_id", "giver_id", "amount_minutes", "requested_by", "policy_version", "decided_by")
    DONATION_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    GIVER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    donation_id: str
    district_id: str
    giver_id: str
    amount_minutes: int
    requested_by: str
    policy_version: int
    decided_by: str
    def __init__(self, donation_id: _Optional[str] = ..., district_id: _Optional[str] = ..., giver_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., requested_by: _Optional[str] = ..., policy_version: _Optional[int] = ..., decided_by: _Optional[str] = ...) -> None: ...

class GoodsRequested(_message.Message):
    __slots__ = ("exchange_id", "district_id", "payer_id", "amount_minutes", "requested_by", "policy_version", "decided_by")
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    district_id: str
    payer_id: str
    amount_minutes: int
    requested_by: str
    policy_version: int
    decided_by: str
    def __init__(self, exchange_id: _Optional[str] = ..., district_id: _Optional[str] = ..., payer_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., requested_by: _Optional[str] = ..., policy_version: _Optional[int] = ..., decided_by: _Optional[str] = ...) -> None: ...

class GrantLine(_message.Message):
    __slots__ = ("person_id", "amount_minutes")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    amount_minutes: int
    def __init__(self, person_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ...) -> None: ...

class GrantScheduled(_message.Message):
    __slots__ = ("grant_run_id", "district_id", "month", "lines", "requested_by", "policy_version")
    GRANT_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    grant_run_id: str
    district_id: str
    month: str
    lines: _containers.RepeatedCompositeFieldContainer[GrantLine]
    requested_by: str
    policy_version: int
    def __init__(self, grant_run_id: _Optional[str] = ..., district_id: _Optional[str] = ..., month: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[GrantLine, _Mapping]]] = ..., requested_by: _Optional[str] = ..., policy_version: _Optional[int] = ...) -> None: ...

class EstateSettlementRequested(_message.Message):
    __slots__ = ("estate_id", "district_id", "person_id", "to_person_id", "to_district_id", "proposed_by", "decided_by")
    ESTATE_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    TO_PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    TO_DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    estate_id: str
    district_id: str
    person_id: str
    to_person_id: str
    to_district_id: str
    proposed_by: str
    decided_by: str
    def __init__(self, estate_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., to_person_id: _Optional[str] = ..., to_district_id: _Optional[str] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

class ErasureAnswered(_message.Message):
    __slots__ = ("erasure_id", "person_id", "answer", "code")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    person_id: str
    answer: str
    code: str
    def __init__(self, erasure_id: _Optional[str] = ..., person_id: _Optional[str] = ..., answer: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class FallbackReferred(_message.Message):
    __slots__ = ("order_id", "district_id", "recipient_id", "fallback", "purchased_order_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    recipient_id: str
    fallback: str
    purchased_order_id: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., fallback: _Optional[str] = ..., purchased_order_id: _Optional[str] = ...) -> None: ...

class ActedFor(_message.Message):
    __slots__ = ("use_id", "district_id", "person_id", "actor_id", "grant_id", "act", "subject_id", "minutes", "consent_how", "consent_given_at_us", "at_us")
    USE_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    CONSENT_HOW_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GIVEN_AT_US_FIELD_NUMBER: _ClassVar[int]
    AT_US_FIELD_NUMBER: _ClassVar[int]
    use_id: str
    district_id: str
    person_id: str
    actor_id: str
    grant_id: str
    act: str
    subject_id: str
    minutes: int
    consent_how: str
    consent_given_at_us: int
    at_us: int
    def __init__(self, use_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., actor_id: _Optional[str] = ..., grant_id: _Optional[str] = ..., act: _Optional[str] = ..., subject_id: _Optional[str] = ..., minutes: _Optional[int] = ..., consent_how: _Optional[str] = ..., consent_given_at_us: _Optional[int] = ..., at_us: _Optional[int] = ...) -> None: ...
