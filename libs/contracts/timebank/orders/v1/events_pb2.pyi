from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CatalogueItemPublished(_message.Message):
    __slots__ = ("code", "version", "effective", "name_zh", "name_en", "service_class", "risk", "persons", "min_minutes", "max_minutes", "coefficient_percent", "funding", "certificate", "max_grade", "district_id", "until", "night_percent", "night_from", "night_until", "season_percent", "season_from", "season_until", "reserve_yuan_per_hour", "checklist", "proposed_by", "decided_by")
    CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    NAME_ZH_FIELD_NUMBER: _ClassVar[int]
    NAME_EN_FIELD_NUMBER: _ClassVar[int]
    SERVICE_CLASS_FIELD_NUMBER: _ClassVar[int]
    RISK_FIELD_NUMBER: _ClassVar[int]
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    MIN_MINUTES_FIELD_NUMBER: _ClassVar[int]
    MAX_MINUTES_FIELD_NUMBER: _ClassVar[int]
    COEFFICIENT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    MAX_GRADE_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    NIGHT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    NIGHT_FROM_FIELD_NUMBER: _ClassVar[int]
    NIGHT_UNTIL_FIELD_NUMBER: _ClassVar[int]
    SEASON_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SEASON_FROM_FIELD_NUMBER: _ClassVar[int]
    SEASON_UNTIL_FIELD_NUMBER: _ClassVar[int]
    RESERVE_YUAN_PER_HOUR_FIELD_NUMBER: _ClassVar[int]
    CHECKLIST_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    code: str
    version: int
    effective: str
    name_zh: str
    name_en: str
    service_class: str
    risk: str
    persons: int
    min_minutes: int
    max_minutes: int
    coefficient_percent: int
    funding: _containers.RepeatedScalarFieldContainer[str]
    certificate: str
    max_grade: str
    district_id: str
    until: str
    night_percent: int
    night_from: int
    night_until: int
    season_percent: int
    season_from: str
    season_until: str
    reserve_yuan_per_hour: int
    checklist: _containers.RepeatedScalarFieldContainer[str]
    proposed_by: str
    decided_by: str
    def __init__(self, code: _Optional[str] = ..., version: _Optional[int] = ..., effective: _Optional[str] = ..., name_zh: _Optional[str] = ..., name_en: _Optional[str] = ..., service_class: _Optional[str] = ..., risk: _Optional[str] = ..., persons: _Optional[int] = ..., min_minutes: _Optional[int] = ..., max_minutes: _Optional[int] = ..., coefficient_percent: _Optional[int] = ..., funding: _Optional[_Iterable[str]] = ..., certificate: _Optional[str] = ..., max_grade: _Optional[str] = ..., district_id: _Optional[str] = ..., until: _Optional[str] = ..., night_percent: _Optional[int] = ..., night_from: _Optional[int] = ..., night_until: _Optional[int] = ..., season_percent: _Optional[int] = ..., season_from: _Optional[str] = ..., season_until: _Optional[str] = ..., reserve_yuan_per_hour: _Optional[int] = ..., checklist: _Optional[_Iterable[str]] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

class OrderPlaced(_message.Message):
    __slots__ = ("order_id", "district_id", "unit_id", "recipient_id", "service_code", "planned_minutes", "start_at_us", "funding", "persons", "coefficient_percent", "price_minutes", "placed_by", "acting_for", "policy_version", "state")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    COEFFICIENT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    PLACED_BY_FIELD_NUMBER: _ClassVar[int]
    ACTING_FOR_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    unit_id: str
    recipient_id: str
    service_code: str
    planned_minutes: int
    start_at_us: int
    funding: str
    persons: int
    coefficient_percent: int
    price_minutes: int
    placed_by: str
    acting_for: str
    policy_version: int
    state: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., service_code: _Optional[str] = ..., planned_minutes: _Optional[int] = ..., start_at_us: _Optional[int] = ..., funding: _Optional[str] = ..., persons: _Optional[int] = ..., coefficient_percent: _Optional[int] = ..., price_minutes: _Optional[int] = ..., placed_by: _Optional[str] = ..., acting_for: _Optional[str] = ..., policy_version: _Optional[int] = ..., state: _Optional[str] = ...) -> None: ...

class SeriesDayDue(_message.Message):
    __slots__ = ("order_id", "series_id", "district_id", "recipient_id", "payer_id", "service_code", "planned_minutes", "start_at_us", "requested_by", "acting_for", "consent_how", "consent_given_at_us")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SERIES_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    ACTING_FOR_FIELD_NUMBER: _ClassVar[int]
    CONSENT_HOW_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GIVEN_AT_US_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    series_id: str
    district_id: str
    recipient_id: str
    payer_id: str
    service_code: str
    planned_minutes: int
    start_at_us: int
    requested_by: str
    acting_for: str
    consent_how: str
    consent_given_at_us: int
    def __init__(self, order_id: _Optional[str] = ..., series_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., payer_id: _Optional[str] = ..., service_code: _Optional[str] = ..., planned_minutes: _Optional[int] = ..., start_at_us: _Optional[int] = ..., requested_by: _Optional[str] = ..., acting_for: _Optional[str] = ..., consent_how: _Optional[str] = ..., consent_given_at_us: _Optional[int] = ...) -> None: ...

class FundingRequested(_message.Message):
    __slots__ = ("order_id", "district_id", "recipient_id", "funding", "price_minutes", "planned_minutes", "start_at_us", "service_code", "policy_version", "requested_by", "payer_id", "without_redemption")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    PLANNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    SERVICE_CODE_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    recipient_id: str
    funding: str
    price_minutes: int
    planned_minutes: int
    start_at_us: int
    service_code: str
    policy_version: int
    requested_by: str
    payer_id: str
    without_redemption: bool
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., funding: _Optional[str] = ..., price_minutes: _Optional[int] = ..., planned_minutes: _Optional[int] = ..., start_at_us: _Optional[int] = ..., service_code: _Optional[str] = ..., policy_version: _Optional[int] = ..., requested_by: _Optional[str] = ..., payer_id: _Optional[str] = ..., without_redemption: _Optional[bool] = ...) -> None: ...

class OrderPublished(_message.Message):
    __slots__ = ("order_id", "district_id", "start_at_us")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    start_at_us: int
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., start_at_us: _Optional[int] = ...) -> None: ...

class OrderDeclined(_message.Message):
    __slots__ = ("order_id", "district_id", "code", "funding", "recipient_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    code: str
    funding: str
    recipient_id: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., code: _Optional[str] = ..., funding: _Optional[str] = ..., recipient_id: _Optional[str] = ...) -> None: ...

class OrderTaken(_message.Message):
    __slots__ = ("order_id", "district_id", "recipient_id", "volunteer_ids", "start_at_us", "planned_minutes", "stop_recipient_ids")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_IDS_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    PLANNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    STOP_RECIPIENT_IDS_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    recipient_id: str
    volunteer_ids: _containers.RepeatedScalarFieldContainer[str]
    start_at_us: int
    planned_minutes: int
    stop_recipient_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., volunteer_ids: _Optional[_Iterable[str]] = ..., start_at_us: _Optional[int] = ..., planned_minutes: _Optional[int] = ..., stop_recipient_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class NoticeWanted(_message.Message):
    __slots__ = ("notice_id", "district_id", "person_id", "purpose", "order_id", "start_at_us", "other_id", "useless_after_us")
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    OTHER_ID_FIELD_NUMBER: _ClassVar[int]
    USELESS_AFTER_US_FIELD_NUMBER: _ClassVar[int]
    notice_id: str
    district_id: str
    person_id: str
    purpose: str
    order_id: str
    start_at_us: int
    other_id: str
    useless_after_us: int
    def __init__(self, notice_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., purpose: _Optional[str] = ..., order_id: _Optional[str] = ..., start_at_us: _Optional[int] = ..., other_id: _Optional[str] = ..., useless_after_us: _Optional[int] = ...) -> None: ...

class OrderReleased(_message.Message):
    __slots__ = ("order_id", "district_id", "recipient_id", "volunteer_id", "start_at_us", "code")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_ID_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    recipient_id: str
    volunteer_id: str
    start_at_us: int
    code: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., volunteer_id: _Optional[str] = ..., start_at_us: _Optional[int] = ..., code: _Optional[str] = ...) -> None: ...

class ServiceStarted(_message.Message):
    __slots__ = ("order_id", "district_id", "volunteer_id", "checked_in_at_us")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_ID_FIELD_NUMBER: _ClassVar[int]
    CHECKED_IN_AT_US_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    volunteer_id: str
    checked_in_at_us: int
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., volunteer_id: _Optional[str] = ..., checked_in_at_us: _Optional[int] = ...) -> None: ...

class ServiceFinished(_message.Message):
    __slots__ = ("order_id", "district_id", "volunteer_id", "checked_out_at_us", "actual_minutes")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_ID_FIELD_NUMBER: _ClassVar[int]
    CHECKED_OUT_AT_US_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_MINUTES_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    volunteer_id: str
    checked_out_at_us: int
    actual_minutes: int
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., volunteer_id: _Optional[str] = ..., checked_out_at_us: _Optional[int] = ..., actual_minutes: _Optional[int] = ...) -> None: ...

class VolunteerHours(_message.Message):
    __slots__ = ("volunteer_id", "volunteer_district_id", "actual_minutes", "evidence_class", "checked_in_at_us", "checked_out_at_us", "group_name", "group_id")
    VOLUNTEER_ID_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_MINUTES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_CLASS_FIELD_NUMBER: _ClassVar[int]
    CHECKED_IN_AT_US_FIELD_NUMBER: _ClassVar[int]
    CHECKED_OUT_AT_US_FIELD_NUMBER: _ClassVar[int]
    GROUP_NAME_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    volunteer_id: str
    volunteer_district_id: str
    actual_minutes: int
    evidence_class: str
    checked_in_at_us: int
    checked_out_at_us: int
    group_name: str
    group_id: str
    def __init__(self, volunteer_id: _Optional[str] = ..., volunteer_district_id: _Optional[str] = ..., actual_minutes: _Optional[int] = ..., evidence_class: _Optional[str] = ..., checked_in_at_us: _Optional[int] = ..., checked_out_at_us: _Optional[int] = ..., group_name: _Optional[str] = ..., group_id: _Optional[str] = ...) -> None: ...

class HoursApproved(_message.Message):
    __slots__ = ("approval_id", "order_id", "district_id", "recipient_id", "funding", "service_code", "planned_minutes", "coefficient_percent", "persons", "policy_version", "hours", "approver_ids", "service_began_at_us", "approved_at_us", "settlement", "payer_id")
    APPROVAL_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    SERVICE_CODE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    COEFFICIENT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    APPROVER_IDS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_BEGAN_AT_US_FIELD_NUMBER: _ClassVar[int]
    APPROVED_AT_US_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    approval_id: str
    order_id: str
    district_id: str
    recipient_id: str
    funding: str
    service_code: str
    planned_minutes: int
    coefficient_percent: int
    persons: int
    policy_version: int
    hours: _containers.RepeatedCompositeFieldContainer[VolunteerHours]
    approver_ids: _containers.RepeatedScalarFieldContainer[str]
    service_began_at_us: int
    approved_at_us: int
    settlement: int
    payer_id: str
    def __init__(self, approval_id: _Optional[str] = ..., order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., funding: _Optional[str] = ..., service_code: _Optional[str] = ..., planned_minutes: _Optional[int] = ..., coefficient_percent: _Optional[int] = ..., persons: _Optional[int] = ..., policy_version: _Optional[int] = ..., hours: _Optional[_Iterable[_Union[VolunteerHours, _Mapping]]] = ..., approver_ids: _Optional[_Iterable[str]] = ..., service_began_at_us: _Optional[int] = ..., approved_at_us: _Optional[int] = ..., settlement: _Optional[int] = ..., payer_id: _Optional[str] = ...) -> None: ...

class HoursRejected(_message.Message):
    __slots__ = ("order_id", "district_id", "by", "why", "funding")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    by: str
    why: str
    funding: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., by: _Optional[str] = ..., why: _Optional[str] = ..., funding: _Optional[str] = ...) -> None: ...

class OrderCancelled(_message.Message):
    __slots__ = ("order_id", "district_id", "by", "why", "funding")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    by: str
    why: str
    funding: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., by: _Optional[str] = ..., why: _Optional[str] = ..., funding: _Optional[str] = ...) -> None: ...

class OrderExpired(_message.Message):
    __slots__ = ("order_id", "district_id", "fallback", "funding", "start_at_us")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    fallback: str
    funding: str
    start_at_us: int
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., fallback: _Optional[str] = ..., funding: _Optional[str] = ..., start_at_us: _Optional[int] = ...) -> None: ...

class NoShowRecorded(_message.Message):
    __slots__ = ("order_id", "district_id", "absent", "volunteer_id", "by", "funding")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    district_id: str
    absent: str
    volunteer_id: str
    by: str
    funding: str
    def __init__(self, order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., absent: _Optional[str] = ..., volunteer_id: _Optional[str] = ..., by: _Optional[str] = ..., funding: _Optional[str] = ...) -> None: ...

class HoursReversed(_message.Message):
    __slots__ = ("reversal_id", "order_id", "district_id", "funding", "settlement", "proposed_by", "decided_by", "why", "recover", "volunteer_ids", "start_at_us")
    REVERSAL_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    RECOVER_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_IDS_FIELD_NUMBER: _ClassVar[int]
    START_AT_US_FIELD_NUMBER: _ClassVar[int]
    reversal_id: str
    order_id: str
    district_id: str
    funding: str
    settlement: int
    proposed_by: str
    decided_by: str
    why: str
    recover: bool
    volunteer_ids: _containers.RepeatedScalarFieldContainer[str]
    start_at_us: int
    def __init__(self, reversal_id: _Optional[str] = ..., order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., funding: _Optional[str] = ..., settlement: _Optional[int] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ..., why: _Optional[str] = ..., recover: _Optional[bool] = ..., volunteer_ids: _Optional[_Iterable[str]] = ..., start_at_us: _Optional[int] = ...) -> None: ...

class VisitRecorded(_message.Message):
    __slots__ = ("visit_id", "district_id", "person_id", "how", "outcome", "by")
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    visit_id: str
    district_id: str
    person_id: str
    how: str
    outcome: str
    by: str
    def __init__(self, visit_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., how: _Optional[str] = ..., outcome: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class VisitorAssigned(_message.Message):
    __slots__ = ("assignment_id", "district_id", "person_id", "visitor_id", "by", "ends_at_us")
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    VISITOR_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_US_FIELD_NUMBER: _ClassVar[int]
    assignment_id: str
    district_id: str
    person_id: str
    visitor_id: str
    by: str
    ends_at_us: int
    def __init__(self, assignment_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., visitor_id: _Optional[str] = ..., by: _Optional[str] = ..., ends_at_us: _Optional[int] = ...) -> None: ...

class VisitorReleased(_message.Message):
    __slots__ = ("assignment_id", "district_id", "person_id")
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    assignment_id: str
    district_id: str
    person_id: str
    def __init__(self, assignment_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ...) -> None: ...

class WorkMovedOf(_message.Message):
    __slots__ = ("kind", "moved", "left")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    moved: int
    left: int
    def __init__(self, kind: _Optional[str] = ..., moved: _Optional[int] = ..., left: _Optional[int] = ...) -> None: ...

class WorkMoved(_message.Message):
    __slots__ = ("handover_id", "district_id", "from_id", "to_id", "results")
    HANDOVER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_ID_FIELD_NUMBER: _ClassVar[int]
    TO_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    handover_id: str
    district_id: str
    from_id: str
    to_id: str
    results: _containers.RepeatedCompositeFieldContainer[WorkMovedOf]
    def __init__(self, handover_id: _Optional[str] = ..., district_id: _Optional[str] = ..., from_id: _Optional[str] = ..., to_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[WorkMovedOf, _Mapping]]] = ...) -> None: ...

class IncidentOpened(_message.Message):
    __slots__ = ("incident_id", "district_id", "kind", "person_id", "order_id")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    district_id: str
    kind: str
    person_id: str
    order_id: str
    def __init__(self, incident_id: _Optional[str] = ..., district_id: _Optional[str] = ..., kind: _Optional[str] = ..., person_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class IncidentClosed(_message.Message):
    __slots__ = ("incident_id", "district_id", "outcome", "by")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    district_id: str
    outcome: str
    by: str
    def __init__(self, incident_id: _Optional[str] = ..., district_id: _Optional[str] = ..., outcome: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class DutyCalled(_message.Message):
    __slots__ = ("incident_id", "district_id", "person_id", "number", "round", "answer_by_at_us", "recipient_id")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    ANSWER_BY_AT_US_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    district_id: str
    person_id: str
    number: int
    round: int
    answer_by_at_us: int
    recipient_id: str
    def __init__(self, incident_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., number: _Optional[int] = ..., round: _Optional[int] = ..., answer_by_at_us: _Optional[int] = ..., recipient_id: _Optional[str] = ...) -> None: ...

class DutyAcknowledged(_message.Message):
    __slots__ = ("incident_id", "district_id", "person_id", "caller_id", "recipient_id")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    district_id: str
    person_id: str
    caller_id: str
    recipient_id: str
    def __init__(self, incident_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., caller_id: _Optional[str] = ..., recipient_id: _Optional[str] = ...) -> None: ...

class DutyUnanswered(_message.Message):
    __slots__ = ("incident_id", "district_id", "caller_id", "reason")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    district_id: str
    caller_id: str
    reason: str
    def __init__(self, incident_id: _Optional[str] = ..., district_id: _Optional[str] = ..., caller_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WelfareStepOpened(_message.Message):
    __slots__ = ("incident_id", "district_id", "recipient_id", "rung", "told_ids", "above_ids", "why_above", "answer_by_at_us")
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    RUNG_FIELD_NUMBER: _ClassVar[int]
    TOLD_IDS_FIELD_NUMBER: _ClassVar[int]
    ABOVE_IDS_FIELD_NUMBER: _ClassVar[int]
    WHY_ABOVE_FIELD_NUMBER: _ClassVar[int]
    ANSWER_BY_AT_US_FIELD_NUMBER: _ClassVar[int]
    incident_id: str
    district_id: str
    recipient_id: str
    rung: str
    told_ids: _containers.RepeatedScalarFieldContainer[str]
    above_ids: _containers.RepeatedScalarFieldContainer[str]
    why_above: str
    answer_by_at_us: int
    def __init__(self, incident_id: _Optional[str] = ..., district_id: _Optional[str] = ..., recipient_id: _Optional[str] = ..., rung: _Optional[str] = ..., told_ids: _Optional[_Iterable[str]] = ..., above_ids: _Optional[_Iterable[str]] = ..., why_above: _Optional[str] = ..., answer_by_at_us: _Optional[int] = ...) -> None: ...

class ErasureAnswered(_message.Message):
    __slots__ = ("erasure_id", "person_id", "answer", "code", "last_service_on")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    LAST_SERVICE_ON_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    person_id: str
    answer: str
    code: str
    last_service_on: str
    def __init__(self, erasure_id: _Optional[str] = ..., person_id: _Optional[str] = ..., answer: _Optional[str] = ..., code: _Optional[str] = ..., last_service_on: _Optional[str] = ...) -> None: ...

class ServiceTimeRecorded(_message.Message):
    __slots__ = ("record_id", "district_id", "person_id", "minutes", "served_on", "proposed_by", "decided_by")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    SERVED_ON_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    district_id: str
    person_id: str
    minutes: int
    served_on: str
    proposed_by: str
    decided_by: str
    def __init__(self, record_id: _Optional[str] = ..., district_id: _Optional[str] = ..., person_id: _Optional[str] = ..., minutes: _Optional[int] = ..., served_on: _Optional[str] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

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
